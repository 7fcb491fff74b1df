package dev.caravan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;

/** A home that is held as a running gateway holds it. */
public final class HeldHome implements AutoCloseable {

    private final GatewayLock lock;

    private HeldHome(GatewayLock lock) {
        this.lock = lock;
    }

    public static HeldHome hold(Path home) {
        return new HeldHome(GatewayLock.ofHome(home, ZoneOffset.UTC));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
