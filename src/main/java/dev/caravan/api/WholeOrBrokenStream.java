package dev.caravan.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an answer that is made while it is sent. By the time one fails its status has been sent, and whoever copies
 * it closes the answer all the same: without a broken connection the client would take half of it for the whole.
 */
final class WholeOrBrokenStream extends FilterInputStream {

    private final Runnable breakOff;

    /** @param breakOff hangs up on the client */
    WholeOrBrokenStream(InputStream body, Runnable breakOff) {
        super(body);
        this.breakOff = breakOff;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return super.read(target, offset, length);
        } catch (IOException | RuntimeException failed) {
            breakOff.run();
            throw failed;
        }
    }
}
