package dev.caravan.api;

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
 * Slows down who tries keys: after ten failures of an address within a minute, it waits until the first of them is a
 * minute ago. A credential that was good from there before need not wait, since many callers can share an address.
 */
final class FailedAttempts {

    private static final Logger LOG = LoggerFactory.getLogger(FailedAttempts.class);

    private static final int LIMIT = 10;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int ADDRESSES = 10_000;
    private static final int CREDENTIALS = 10_000;

    private record Credential(String address, ByteBuffer digest) {}

    private final Ticker ticker;
    private final Seldom telling;
    private final Cache<String, Deque<Long>> failures;
    private final Cache<Credential, Boolean> good;

    /** @param ticker nanoseconds from any origin */
    FailedAttempts(Ticker ticker) {
        this.ticker = ticker;
        this.telling = new Seldom(ticker);
        this.failures = Caffeine.newBuilder()
                .ticker(ticker)
                .maximumSize(ADDRESSES)
                .expireAfterAccess(WINDOW)
                .build();
        this.good = Caffeine.newBuilder().maximumSize(CREDENTIALS).build();
    }

    /** How long a credential from an address has to wait before it is looked at; zero for not at all. */
    Duration pause(String address, byte[] digest) {
        Deque<Long> times = failures.getIfPresent(address);
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

    void failed(String address) {
        Deque<Long> times = failures.get(address, first -> new ArrayDeque<>(LIMIT));
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

    private static Credential credential(String address, byte[] digest) {
        return new Credential(address, ByteBuffer.wrap(digest));
    }
}
