package dev.caravan.intake;

import dev.caravan.ledger.Batch;
import dev.caravan.message.Mentions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of batches, read as the folder they were dropped into says. */
public final class BatchFiles {

    private final Path home;
    private final Map<String, Folder> folders;

    /** @param folders by name; the empty name is the inbox itself */
    BatchFiles(Path home, Map<String, Folder> folders) {
        this.home = home;
        this.folders = folders;
    }

    /**
     * The folder of that name.
     *
     * @param name as the ledger keeps it, null for the inbox itself
     * @throws UnreadableInputException when the configuration has none
     */
    Folder folder(String name) throws UnreadableInputException {
        Folder folder = folders.get(name == null ? "" : name);
        if (folder == null) {
            throw new UnreadableInputException("the inbox has no folder '" + name
                    + "': name it like an account, or add it to caravan.inbox.folders");
        }
        return folder;
    }

    /**
     * Where the sends of a folder's files come from.
     *
     * @param name of the folder, or null for the inbox itself
     * @throws UnreadableInputException when the configuration has none of that name
     */
    public Origin origin(String name) throws UnreadableInputException {
        return folder(name).origin();
    }

    /** The namespace of references in a folder. */
    String namespace(String folder) {
        Folder known = folders.get(folder == null ? "" : folder);
        return known == null ? "default" : known.origin().namespace();
    }

    /** The folders that are made at start: the configured ones, as against those merely named like an account. */
    List<String> toCreate() {
        return folders.values().stream()
                .filter(Folder::isConfigured)
                .map(folder -> folder.origin().scope())
                .toList();
    }

    /**
     * Puts a file that was written in full in its place, so that a power cut leaves the old one or the whole new one.
     *
     * @param target replaced if it exists
     */
    public static void publish(Path written, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Home.move(written, target);
    }

    /** Whether the file of a batch may still be where it was laid away, in this home: nobody is sure that it is gone. */
    public boolean isThere(Batch batch) {
        return batch.hasFile() && batch.here() && !Files.notExists(home.resolve(batch.path()));
    }

    /**
     * Takes records out of the file of a batch that is read to its end: all others keep their numbers and their lines. One
     * at a time, and none while one is deleted, or what two take out would be back, or the file itself.
     *
     * @return how many were taken out
     * @throws IOException when it cannot be written anew, and is as it was
     * @throws UnreadableInputException when it cannot be read any more
     */
    public synchronized int blank(Batch batch, Predicate<Row> theirs) throws IOException, UnreadableInputException {
        Path file = home.resolve(batch.path());
        try (Rows rows = open(batch)) {
            return new Blanking(file, folder(batch.folder()).format()).blank(rows, theirs);
        }
    }

    /** Whether a file below home has a number in it, by its last digits, however these are set apart. */
    public boolean mentions(String path, Mentions number) throws IOException {
        try (InputStream bytes = Files.newInputStream(home.resolve(path))) {
            return number.in(bytes);
        }
    }

    /** The files of {@code work} and {@code refused}, below home, which no ledger tells the rows of. */
    public List<String> unread() throws IOException {
        List<String> unread = new ArrayList<>();
        for (String directory : List.of("work", "refused")) {
            Path root = home.resolve(directory);
            if (Files.isDirectory(root)) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.filter(Files::isRegularFile)
                            .map(file -> home.relativize(file).toString())
                            .sorted()
                            .forEach(unread::add);
                }
            }
        }
        return unread;
    }

    /**
     * Deletes the file of a batch, and the day's directory with the last file in it.
     *
     * @return how many files there were
     */
    public synchronized int delete(Batch batch) throws IOException {
        if (!batch.hasFile()) {
            return 0;
        }
        Path file = home.resolve(batch.path());
        boolean deleted = Files.deleteIfExists(file);
        // A crash may have left one half written.
        Files.deleteIfExists(Blanking.unfinished(file));
        if (file.getParent().getParent().equals(home.resolve("done"))) {
            try {
                Files.deleteIfExists(file.getParent());
            } catch (DirectoryNotEmptyException others) {
                return deleted ? 1 : 0;
            }
        }
        return deleted ? 1 : 0;
    }

    /**
     * Deletes files that were refused before a time, with their reasons. Those without a reason beside them were put there
     * by somebody else, and stay.
     *
     * @return how many
     * @throws IOException when one of them could not be deleted; the others were
     */
    public int deleteRefused(Instant before) throws IOException {
        Path refused = home.resolve("refused");
        if (!Files.isDirectory(refused)) {
            return 0;
        }
        int deleted = 0;
        IOException failure = null;
        try (DirectoryStream<Path> reasons = Files.newDirectoryStream(refused, "*" + Home.REASON)) {
            for (Path reason : reasons) {
                try {
                    // The file itself has the time at which it was written, wherever that was.
                    if (Files.getLastModifiedTime(reason).toInstant().isBefore(before)) {
                        String name = reason.getFileName().toString();
                        String file = name.substring(0, name.length() - Home.REASON.length());
                        deleted += Files.deleteIfExists(refused.resolve(file)) ? 1 : 0;
                        Files.delete(reason);
                    }
                } catch (IOException undeletable) {
                    failure = undeletable;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return deleted;
    }

    /**
     * The rows of a batch from its first, wherever its file is now.
     *
     * @throws IOException when the file is gone or cannot be read
     * @throws UnreadableInputException when no row of it can be read
     */
    public Rows open(Batch batch) throws IOException, UnreadableInputException {
        return open(home.resolve(batch.path()), batch.folder());
    }

    /**
     * The rows of a file as one of a folder, wherever it lies.
     *
     * @param folder of the inbox, or null for the inbox itself
     * @throws UnreadableInputException when no row of it can be read, or there is no such folder
     */
    public Rows open(Path file, String folder) throws IOException, UnreadableInputException {
        FileFormat format = folder(folder).format();
        if (!Files.isRegularFile(file) && Files.exists(file)) {
            throw new UnreadableInputException("it is no regular file");
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".csv") ? CsvRows.open(file, format) : JsonRows.open(file, format);
    }
}
