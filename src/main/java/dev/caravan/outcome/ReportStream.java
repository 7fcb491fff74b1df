package dev.caravan.outcome;

import java.io.InputStream;
import java.util.Iterator;

/** A text that is made part by part while it is read. */
public final class ReportStream extends InputStream {

    private final Iterator<byte[]> parts;
    private final Runnable whenClosed;
    private byte[] part;
    private int position;

    /** @param first is there already; the others are asked for when those before have been read */
    public ReportStream(byte[] first, Iterator<byte[]> parts, Runnable whenClosed) {
        this.part = first;
        this.parts = parts;
        this.whenClosed = whenClosed;
    }

    private boolean hasMore() {
        while (position == part.length && parts.hasNext()) {
            part = parts.next();
            position = 0;
        }
        return position < part.length;
    }

    @Override
    public int read() {
        return hasMore() ? part[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(length, part.length - position);
        System.arraycopy(part, position, target, offset, count);
        position += count;
        return count;
    }

    @Override
    public void close() {
        whenClosed.run();
    }
}
