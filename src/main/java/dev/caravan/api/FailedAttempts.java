package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down who tries keys: after ten failures of an address at a door within a minute, it waits there until the first of
 * them is a minute ago. A credential that was good from there before need not wait, since many callers can share an
 * address; and as nothing is known to be good after a start, who fails at one door is not kept from another.
 */
final class FailedAttempts {

    private static final Logger LOG = LoggerFactory.getLogger(FailedAttempts.class);

    private static final int LIMIT = 10;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int ORIGINS = 10_000;
    private static final int CREDENTIALS = 10_000;

    /** @param door a digest: what is tried can be long */
    private record Origin(String address, ByteBuffer door) {}

    private record Credential(String address, ByteBuffer digest) {}

    private final Ticker ticker;
    private final Seldom telling;
    private final Cache<Origin, Deque<Long>> failures;
    private final Cache<Credential, Boolean> good;

    /** @param ticker nanoseconds from any origin */
    FailedAttempts(Ticker ticker) {
        this.ticker = ticker;
        this.telling = new Seldom(ticker);
        this.failures = Caffeine.newBuilder()
                .ticker(ticker)
                .maximumSize(ORIGINS)
                .expireAfterAccess(WINDOW)
                .build();
        this.good = Caffeine.newBuilder().maximumSize(CREDENTIALS).build();
    }

    /**
     * How long a credential from an address has to wait before it is looked at; zero for not at all.
     *
     * @param door what the credential is to open
     */
    Duration pause(String address, String door, byte[] digest) {
        Deque<Long> times = failures.getIfPresent(origin(address, door));
        if (times == null) {
            return Duration.ZERO;
        }
        long left;
        synchronized (times) {
            left = times.size() < LIMIT ? 0 : times.getFirst() + WINDOW.toNanos() - ticker.read();
        }
        return left <= 0 || good.getIfPresent(credential(address, digest)) != null
                ? Duration.ZERO
                : Duration.ofNanos(left);
    }

    void failed(String address, String door) {
        Deque<Long> times = failures.get(origin(address, door), first -> new ArrayDeque<>(LIMIT));
        synchronized (times) {
            if (times.size() == LIMIT) {
                times.removeFirst();
            }
            times.addLast(ticker.read());
        }
        if (telling.isTime()) {
            LOG.warn("A request from {} was refused for its key; this is said once a minute at most", address);
        }
    }

    void succeeded(String address, byte[] digest) {
        Credential credential = credential(address, digest);
        if (good.getIfPresent(credential) == null) {
            good.put(credential, true);
        }
    }

    private static Origin origin(String address, String door) {
        return new Origin(address, ByteBuffer.wrap(ApiKeys.digest(door.getBytes(UTF_8))));
    }

    private static Credential credential(String address, byte[] digest) {
        return new Credential(address, ByteBuffer.wrap(digest));
    }
}
