package dev.caravan.delivery;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.impl.io.LenientHttpResponseParser;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SessionInputBuffer;

/**
 * Reads an answer's status and headers as the client does by itself, but fails when the connection ends among them: it
 * would take those that have come for all there are, and so a body that never came for an empty one.
 */
final class WholeHeadParser extends LenientHttpResponseParser {

    WholeHeadParser(Http1Config config) {
        super(config);
    }

    @Override
    public ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream connection)
            throws IOException, HttpException {
        return super.parse(buffer, new Unended(connection));
    }

    /** A stream whose end is a failure. */
    private static final class Unended extends FilterInputStream {

        Unended(InputStream connection) {
            super(connection);
        }

        @Override
        public int read() throws IOException {
            return goingOn(super.read());
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return goingOn(super.read(target, offset, length));
        }

        private static int goingOn(int read) throws ConnectionClosedException {
            if (read < 0) {
                throw new ConnectionClosedException("the connection ended before the head of the answer did");
            }
            return read;
        }
    }
}
