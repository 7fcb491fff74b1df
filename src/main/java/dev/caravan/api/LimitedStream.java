package dev.caravan.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that may not be longer than so many bytes, whatever its header says. */
final class LimitedStream extends FilterInputStream {

    private final int most;
    private long left;

    LimitedStream(InputStream body, int most) {
        super(body);
        this.most = most;
        this.left = most;
    }

    @Override
    public int read() throws IOException {
        int one = super.read();
        return one < 0 ? one : counted(1, one);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        return count < 0 ? count : counted(count, count);
    }

    private int counted(int bytes, int result) {
        left -= bytes;
        if (left < 0) {
            throw tooLarge(most);
        }
        return result;
    }

    static ProblemException tooLarge(int most) {
        return new ProblemException(
                413, "content-too-large", "The body may have at most " + (most >> 20) + " MiB; this one has more.");
    }
}
