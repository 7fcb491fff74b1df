package dev.caravan.intake;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The character encoding of a file, proven on every byte of it before the first record is read.
 *
 * @param charset what its byte order mark says, else what was configured
 * @param markLength bytes of its byte order mark
 */
record Encoding(Charset charset, int markLength) {

    private static final int BUFFER = 64 * 1024;

    /**
     * @param configured for files without a byte order mark
     * @param remedy what to do when it is the wrong one, as part of a sentence
     * @throws UnreadableInputException when the file is empty or blank, or not text in that encoding throughout
     */
    static Encoding prove(Path file, Charset configured, String remedy) throws IOException {
        byte[] start;
        try (InputStream bytes = Files.newInputStream(file)) {
            start = bytes.readNBytes(4);
        }
        Encoding encoding = of(start, configured);
        new Proof(encoding, remedy).run(file);
        return encoding;
    }

    /** From after the byte order mark; a byte that became malformed since is an exception too. */
    Reader open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        bytes.skipNBytes(markLength);
        return new InputStreamReader(bytes, decoder());
    }

    private CharsetDecoder decoder() {
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

    /** Decodes a whole file and keeps nothing of it. */
    private static final class Proof {

        private final Encoding encoding;
        private final String remedy;
        private long line = 1;
        private boolean afterReturn;
        private boolean blank = true;

        Proof(Encoding encoding, String remedy) {
            this.encoding = encoding;
            this.remedy = remedy;
        }

        void run(Path file) throws IOException {
            CharsetDecoder decoder = encoding.decoder();
            ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
            CharBuffer characters = CharBuffer.allocate(BUFFER);
            long offset = encoding.markLength();
            try (InputStream input = Files.newInputStream(file)) {
                input.skipNBytes(encoding.markLength());
                for (boolean end = false; !end; ) {
                    int count = input.read(bytes.array(), bytes.position(), bytes.remaining());
                    end = count < 0;
                    bytes.position(bytes.position() + Math.max(count, 0)).flip();
                    CoderResult result;
                    do {
                        result = decoder.decode(bytes, characters, end);
                        look(characters.flip());
                        characters.clear();
                    } while (result.isOverflow());
                    if (result.isError()) {
                        throw malformed(offset + bytes.position());
                    }
                    offset += bytes.position();
                    bytes.compact();
                }
            }
            if (blank) {
                throw new UnreadableInputException("it is empty");
            }
        }

        private void look(CharBuffer characters) throws UnreadableInputException {
            char[] array = characters.array();
            for (int index = 0; index < characters.limit(); index++) {
                char character = array[index];
                if (character == '\n' && !afterReturn || character == '\r') {
                    line++;
                } else if (character == 0) {
                    throw new UnreadableInputException("line " + line
                            + " holds a NUL byte: it is no text, or in UTF-16 without a byte order mark; " + remedy);
                } else if (blank && !Character.isWhitespace(character)) {
                    blank = false;
                }
                afterReturn = character == '\r';
            }
        }

        private UnreadableInputException malformed(long offset) {
            return new UnreadableInputException("line " + line + ", at byte offset " + offset + ", is not "
                    + encoding.charset().name()
                    + (encoding.markLength() == 0 ? "" : ", which its byte order mark says it is") + "; " + remedy);
        }
    }
}
