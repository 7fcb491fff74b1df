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

/** Keeps a second gateway out of a home: a lock held by the operating system, so that none outlives its process. */
final class HomeLock implements AutoCloseable {

    static final String NAME = "caravan.lock";

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @throws ConfigurationException when another gateway holds the home, naming it, or the home cannot be written
     */
    static HomeLock take(Path home, ZoneId zone) {
        Path file = home.resolve(NAME);
        try {
            Files.createDirectories(home);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                String holder = read(channel);
                channel.close();
                throw new ConfigurationException(
                        "caravan.home",
                        "another gateway runs on " + home + ": " + holder,
                        "Stop it first, or give this gateway a home of its own.");
            }
            write(
                    channel,
                    "process " + ProcessHandle.current().pid() + " on "
                            + InetAddress.getLocalHost().getHostName() + ", started "
                            + OffsetDateTime.now(zone).truncatedTo(ChronoUnit.SECONDS));
            return new HomeLock(channel);
        } catch (IOException failed) {
            throw new ConfigurationException(
                    "caravan.home",
                    home + " cannot be used: " + failed,
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
