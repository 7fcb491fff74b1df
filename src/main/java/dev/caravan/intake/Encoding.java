package dev.caravan.intake;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The character encoding of a text. Of a file it is proven on every byte before the first record is read; what can be read
 * only once is proven on the way.
 *
 * @param charset what its byte order mark says, else what was configured
 * @param markLength bytes of its byte order mark
 */
record Encoding(Charset charset, int markLength) {

    private static final int BUFFER = 64 * 1024;

    /** In bytes, of what tells an encoding or that there is no text. */
    private static final int LONGEST_START = 4;

    /**
     * Reads through a whole file.
     *
     * @param configured for files without a byte order mark
     * @param remedy what to do when it is the wrong one, as part of a sentence
     * @throws UnreadableInputException when the file is not text in that encoding throughout
     */
    static Encoding prove(Path file, Charset configured, String remedy) throws IOException {
        Encoding encoding;
        try (InputStream bytes = Files.newInputStream(file)) {
            encoding = of(bytes.readNBytes(LONGEST_START), configured);
        }
        try (InputStream bytes = Files.newInputStream(file)) {
            bytes.skipNBytes(encoding.markLength());
            Reader text = new StrictReader(bytes, encoding, remedy);
            char[] buffer = new char[BUFFER];
            int count = 0;
            while (count >= 0) {
                count = text.read(buffer, 0, BUFFER);
            }
        }
        return encoding;
    }

    /** A proven file from after the byte order mark; a byte that became malformed since is an exception too. */
    Reader open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        bytes.skipNBytes(markLength);
        return new InputStreamReader(bytes, decoder());
    }

    /**
     * A text that can be read only once, from after its byte order mark, decoded strictly as it is read.
     *
     * @param configured for a text without a byte order mark
     * @param remedy what to do when it is the wrong one, as part of a sentence
     * @throws UnreadableInputException when it is no text
     */
    static Reader read(InputStream body, Charset configured, String remedy) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(body, LONGEST_START);
        byte[] start = bytes.readNBytes(LONGEST_START);
        Encoding encoding = of(start, configured);
        bytes.unread(start, encoding.markLength(), start.length - encoding.markLength());
        return new StrictReader(bytes, encoding, remedy);
    }

    CharsetDecoder decoder() {
        return charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static Encoding of(byte[] start, Charset configured) throws UnreadableInputException {
        if (begins(start, 'P', 'K', 3, 4)) {
            throw new UnreadableInputException(
                    "it is a workbook or an archive, no text; open it and save what it holds as CSV");
        }
        if (begins(start, 0xEF, 0xBB, 0xBF)) {
            return new Encoding(StandardCharsets.UTF_8, 3);
        }
        if (begins(start, 0xFE, 0xFF)) {
            return new Encoding(StandardCharsets.UTF_16BE, 2);
        }
        if (begins(start, 0xFF, 0xFE)) {
            return new Encoding(StandardCharsets.UTF_16LE, 2);
        }
        return new Encoding(configured, 0);
    }

    private static boolean begins(byte[] start, int... bytes) {
        for (int index = 0; index < bytes.length; index++) {
            if (index >= start.length || (start[index] & 0xFF) != bytes[index]) {
                return false;
            }
        }
        return true;
    }
}
