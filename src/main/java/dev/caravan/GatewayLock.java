package dev.caravan;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * Keeps a second gateway out of a home, or away from the file of a ledger: a lock held by the operating system, so that none
 * outlives its process.
 */
public final class GatewayLock implements AutoCloseable {

    private static final String IN_HOME = "caravan.lock";
    private static final String BESIDE_LEDGER = ".lock";

    private final FileChannel channel;

    private GatewayLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws ConfigurationException when another gateway holds the home, naming it, or the home cannot be written */
    static GatewayLock ofHome(Path home, ZoneId zone) {
        return take(home.resolve(IN_HOME), zone, "caravan.home", home, "give this gateway a home of its own");
    }

    /**
     * @param ledger the file of an SQLite ledger, whether it is there yet or not
     * @throws ConfigurationException when another gateway holds it, naming it, or its directory cannot be written
     */
    public static GatewayLock ofLedger(Path ledger, ZoneId zone) {
        return take(
                ledger.resolveSibling(ledger.getFileName() + BESIDE_LEDGER),
                zone,
                "spring.datasource.url",
                ledger,
                "give this gateway a ledger of its own; several share one on PostgreSQL");
    }

    private static GatewayLock take(Path file, ZoneId zone, String key, Path what, String otherwise) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                String holder = read(channel);
                channel.close();
                throw new ConfigurationException(
                        key, "another gateway runs on " + what + ": " + holder, "Stop it first, or " + otherwise + ".");
            }
            write(
                    channel,
                    "process " + ProcessHandle.current().pid() + " on "
                            + InetAddress.getLocalHost().getHostName() + ", started "
                            + OffsetDateTime.now(zone).truncatedTo(ChronoUnit.SECONDS));
            return new GatewayLock(channel);
        } catch (IOException failed) {
            throw new ConfigurationException(
                    key,
                    what + " cannot be used: " + failed,
                    "Name a directory on a local disk that this user may write to.");
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1_000);
        channel.read(buffer, 0);
        return StandardCharsets.UTF_8.decode(buffer.flip()).toString().trim();
    }

    private static void write(FileChannel channel, String holder) throws IOException {
        channel.truncate(0);
        channel.write(StandardCharsets.UTF_8.encode(holder + '\n'), 0);
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
