package dev.caravan.delivery;

import java.io.IOException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** The connections of an account. What fails while one is made is told from what fails later by its exception. */
record AccountPool(PoolingHttpClientConnectionManager connections) implements HttpClientConnectionManager {

    @Override
    public LeaseRequest lease(String id, HttpRoute route, Timeout patience, Object state) {
        return connections.lease(id, route, patience, state);
    }

    @Override
    public void release(ConnectionEndpoint endpoint, Object state, TimeValue validFor) {
        connections.release(endpoint, state, validFor);
    }

    /** @throws NotConnectedException whatever went wrong */
    @Override
    public void connect(ConnectionEndpoint endpoint, TimeValue patience, HttpContext context)
            throws NotConnectedException {
        try {
            connections.connect(endpoint, patience, context);
        } catch (IOException failed) {
            throw new NotConnectedException(failed);
        }
    }

    /** Not told from later failures: a provider can ask for it in its answer, when the request has gone out. */
    @Override
    public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
        connections.upgrade(endpoint, context);
    }

    /** Those that no call has used for so long, so that none stays half open after its provider has closed it. */
    void closeIdle(TimeValue longest) {
        connections.closeIdle(longest);
    }

    @Override
    public void close(CloseMode mode) {
        connections.close(mode);
    }

    @Override
    public void close() {
        connections.close();
    }
}
