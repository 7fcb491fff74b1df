package dev.caravan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;

/** A home that is held as a running gateway holds it. */
public final class HeldHome implements AutoCloseable {

    private final HomeLock lock;

    private HeldHome(HomeLock lock) {
        this.lock = lock;
    }

    public static HeldHome hold(Path home) {
        return new HeldHome(HomeLock.take(home, ZoneOffset.UTC));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
