package dev.caravan.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a file be taken once it has looked the same for the settling time. It looks and does not wait, unlike the read
 * locks of Camel's file component, so a file that grows for hours holds up no other.
 */
final class Settled implements GenericFileFilter<File> {

    private static final Logger LOG = LoggerFactory.getLogger(Settled.class);

    private final Duration settle;
    private final Ticker ticker;
    private final Cache<String, Look> looks;

    /**
     * @param settle how long a file must not have changed
     * @param poll how often it is looked at
     */
    Settled(Duration settle, Duration poll, Ticker ticker) {
        this.settle = settle;
        this.ticker = ticker;
        this.looks = Caffeine.newBuilder()
                .expireAfterAccess(settle.plus(poll.multipliedBy(10)))
                .ticker(ticker)
                .build();
    }

    /** What a file looked like when, by the ticker. */
    private record Look(long length, FileTime changed, long since) {
        boolean isSame(Look other) {
            return length == other.length && changed.equals(other.changed);
        }
    }

    @Override
    public boolean accept(GenericFile<File> generic) {
        File file = generic.getFile();
        return file.isDirectory() || isSettled(file);
    }

    private boolean isSettled(File file) {
        Look now;
        try {
            now = look(file.toPath());
        } catch (IOException | InvalidPathException unreachable) {
            warnOnce(file);
            return false;
        }
        Look before = looks.getIfPresent(file.getPath());
        if (before == null || !before.isSame(now)) {
            looks.put(file.getPath(), now);
            return false;
        }
        boolean settled = now.since() - before.since() >= settle.toNanos();
        if (settled) {
            // The next file of this name starts anew.
            looks.invalidate(file.getPath());
        }
        return settled;
    }

    /** A link is judged by what it points to, and by itself when that is not there. */
    private Look look(Path file) throws IOException {
        BasicFileAttributes attributes = Files.exists(file)
                ? Files.readAttributes(file, BasicFileAttributes.class)
                : Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new Look(attributes.size(), attributes.lastModifiedTime(), ticker.read());
    }

    private void warnOnce(File file) {
        looks.get(file.getPath(), path -> {
            LOG.warn(
                    "File {} in the inbox cannot be reached under this name: it has vanished, or its name is not in {},"
                            + " the encoding of this system's locale; rename it, or set LC_ALL before the start",
                    Home.printable(file.getName()),
                    System.getProperty("sun.jnu.encoding"));
            return new Look(-1, FileTime.fromMillis(0), ticker.read());
        });
    }
}
