package dev.caravan.delivery;

import dev.caravan.message.InvalidSendException;
import dev.caravan.provider.Verdict;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;

/**
 * What it means that a call brought no answer: only a failure before the request's first byte proves that the provider
 * did not take it.
 */
final class TransportFailures {

    private static final List<Class<? extends Throwable>> NOT_TRUSTED =
            List.of(CertificateException.class, SSLPeerUnverifiedException.class);

    private static final List<Class<? extends Throwable>> NOT_CONNECTED =
            List.of(NotConnectedException.class, ConnectionRequestTimeoutException.class);

    private TransportFailures() {}

    /** The verdict on a send call that failed. */
    static Verdict onSend(Throwable failure) {
        if (failure instanceof InvalidSendException invalid) {
            // Thrown while the request was made: what the account carries has changed since the send was accepted.
            return new Verdict.Permanent(invalid.code(), invalid.getMessage());
        }
        Throwable told = failure instanceof NotConnectedException ? failure.getCause() : failure;
        String kind = told.getClass().getSimpleName();
        if (has(failure, NOT_CONNECTED) && has(failure, NOT_TRUSTED)) {
            return new Verdict.AccountFault("certificate", "the provider's TLS certificate is not trusted");
        }
        if (has(failure, NOT_CONNECTED)) {
            return new Verdict.Transient("not-connected", "no connection to the provider: " + kind);
        }
        return new Verdict.Unknown("no-answer", "the call was started and brought no readable answer: " + kind);
    }

    private static boolean has(Throwable failure, List<Class<? extends Throwable>> kinds) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(10)
                .anyMatch(cause -> kinds.stream().anyMatch(kind -> kind.isInstance(cause)));
    }
}
