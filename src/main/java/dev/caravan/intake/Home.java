package dev.caravan.intake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.regex.Pattern;

/** The places a file goes through, below the gateway's home. */
final class Home {

    /** In bytes: what is put before and after a name still fits into the 255 that file systems allow. */
    static final int LONGEST_NAME = 200;

    /** What is put after the name of a refused file to name the one that says why. */
    static final String REASON = ".reason.txt";

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private final Path home;

    Home(Path home) {
        this.home = home.toAbsolutePath().normalize();
    }

    Path inbox() {
        return home.resolve("inbox");
    }

    Path work() {
        return home.resolve("work");
    }

    Path done(LocalDate day) {
        return home.resolve("done").resolve(day.toString());
    }

    Path refused() {
        return home.resolve("refused");
    }

    Path reports() {
        return home.resolve("reports");
    }

    /** The path as the ledger keeps it. */
    String relative(Path path) {
        return home.relativize(path.toAbsolutePath().normalize()).toString();
    }

    /** Whether a path as the ledger keeps it lies in {@code work}. */
    boolean isInWork(String path) {
        return home.resolve(path).startsWith(work());
    }

    /** The folder of a file below {@code root}, or null when it lies in the root itself. */
    static String folder(Path root, Path file) {
        Path between = root.relativize(file.toAbsolutePath().normalize()).getParent();
        return between == null ? null : between.toString();
    }

    /**
     * Moves a file in one step, and makes the move survive a power cut before anything builds on it.
     *
     * @throws IOException when the file is gone or the target is on another file system
     */
    static void move(Path from, Path to) throws IOException {
        createDirectories(to.getParent());
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        sync(from.getParent());
        sync(to.getParent());
    }

    /** A directory that a power cut took away again would take its files along. */
    private static void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            createDirectories(directory.getParent());
            Files.createDirectories(directory);
            sync(directory.getParent());
        }
    }

    /** Makes the names in a directory survive a power cut, where the system lets directories be opened. */
    static void sync(Path directory) throws IOException {
        if (!System.getProperty("os.name").startsWith("Windows")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** A name that is free in the directory: the one wanted, or with the batch's id before its extension. */
    static Path free(Path directory, String name, String batch) {
        Path wanted = directory.resolve(name);
        return Files.exists(wanted)
                ? directory.resolve(
                        stem(name) + '-' + batch + name.substring(stem(name).length()))
                : wanted;
    }

    /** A file's name without the characters that would break up a line of the log. */
    static String printable(String name) {
        return UNPRINTABLE.matcher(name).replaceAll("_");
    }

    static boolean isTooLong(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME;
    }

    /** The name cut to the longest that is allowed, its extension kept. */
    static String shortened(String name) {
        String stem = stem(name);
        String extension = name.substring(stem.length());
        if (isTooLong(extension)) {
            stem = name;
            extension = "";
        }
        while (isTooLong(stem + extension)) {
            stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
        }
        return stem + extension;
    }

    /** The name without its extension. */
    static String stem(String name) {
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? name : name.substring(0, dot);
    }
}
