package dev.caravan.delivery;

import dev.caravan.provider.Verdict;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;

/**
 * What it means that a call brought no answer: only a failure before the request's first byte proves that the provider
 * did not take it.
 */
final class TransportFailures {

    private TransportFailures() {}

    /** The verdict on a send call that failed. */
    static Verdict onSend(Throwable failure) {
        String message = failure.getClass().getSimpleName();
        if (has(failure, CertificateException.class, SSLPeerUnverifiedException.class)) {
            return new Verdict.AccountFault("certificate", "the provider's TLS certificate is not trusted");
        }
        if (has(failure, UnknownHostException.class)) {
            return new Verdict.Transient("host-unknown", "the provider's host name is not resolved");
        }
        if (has(
                failure,
                ConnectException.class,
                NoRouteToHostException.class,
                ConnectTimeoutException.class,
                ConnectionRequestTimeoutException.class,
                SSLHandshakeException.class)) {
            return new Verdict.Transient("not-connected", "no connection to the provider: " + message);
        }
        return new Verdict.Unknown("no-answer", "the call was started and brought no readable answer: " + message);
    }

    @SafeVarargs
    private static boolean has(Throwable failure, Class<? extends Throwable>... kinds) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(10)
                .anyMatch(cause -> Stream.of(kinds).anyMatch(kind -> kind.isInstance(cause)));
    }
}
