package dev.caravan.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/**
 * Text that is decoded strictly: every character before the first fault comes out, then the fault as an {@link
 * UnreadableInputException} that says where it is. Asks for no byte as long as it has characters to give.
 */
final class StrictReader extends Reader {

    private static final int BUFFER = 64 * 1024;

    private final InputStream input;
    private final Encoding encoding;
    private final String remedy;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();
    private long offset;
    private long line = 1;
    private boolean afterReturn;
    private boolean ended;
    private UnreadableInputException fault;

    /**
     * @param input from after the byte order mark
     * @param remedy what to do when the encoding is the wrong one, as part of a sentence
     */
    StrictReader(InputStream input, Encoding encoding, String remedy) {
        this.input = input;
        this.encoding = encoding;
        this.remedy = remedy;
        this.decoder = encoding.decoder();
        this.offset = encoding.markLength();
    }

    /** @param length at least 2, which a character may need */
    @Override
    public int read(char[] target, int start, int length) throws IOException {
        if (length < 2) {
            throw new IllegalArgumentException("length: at least 2");
        }
        CharBuffer characters = CharBuffer.wrap(target, start, length);
        int count = 0;
        while (count == 0) {
            if (fault != null) {
                throw fault;
            }
            int before = bytes.position();
            CoderResult result = decoder.decode(bytes, characters, ended);
            offset += bytes.position() - before;
            count = look(target, start, characters.position() - start);
            if (fault == null && result.isError()) {
                fault = malformed();
            } else if (count == 0 && fault == null && !fill()) {
                return -1;
            }
        }
        return count;
    }

    /** More bytes, or that there are none left; false when that was known before. */
    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        bytes.compact();
        int count;
        try {
            count = input.read(bytes.array(), bytes.position(), bytes.remaining());
            bytes.position(bytes.position() + Math.max(count, 0));
        } finally {
            bytes.flip();
        }
        ended = count < 0;
        return true;
    }

    /** Counts lines, and tells how many of the characters come before a fault. */
    private int look(char[] characters, int start, int count) {
        for (int index = start; index < start + count; index++) {
            char character = characters[index];
            if (character == '\n' && !afterReturn || character == '\r') {
                line++;
            } else if (character == 0) {
                fault = new UnreadableInputException("line " + line
                        + " holds a NUL byte: it is no text, or in UTF-16 without a byte order mark; " + remedy);
                return index - start;
            }
            afterReturn = character == '\r';
        }
        return count;
    }

    private UnreadableInputException malformed() {
        return new UnreadableInputException("line " + line + ", at byte offset " + offset + ", is not "
                + encoding.charset().name()
                + (encoding.markLength() == 0 ? "" : ", which its byte order mark says it is") + "; " + remedy);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
