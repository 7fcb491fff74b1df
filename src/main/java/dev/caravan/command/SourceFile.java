package dev.caravan.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file of sends that is there and has an extension that says what is in it.
 *
 * @param name without its folders
 * @param contentType of a request that carries it
 */
record SourceFile(Path path, String name, String contentType) {

    /** @throws CommandFailedException when there is no such file, or its extension is none of ours */
    static SourceFile of(Path path) {
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        if (!Files.isRegularFile(path)) {
            throw unreadable(path, Files.exists(path) ? "is no regular file" : "does not exist");
        }
        if (!Files.isReadable(path)) {
            throw unreadable(path, "may not be read by this user");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return new SourceFile(path, name, "text/csv");
        }
        if (lower.endsWith(".jsonl")) {
            return new SourceFile(path, name, "application/x-ndjson");
        }
        if (lower.endsWith(".json")) {
            return new SourceFile(path, name, "application/json");
        }
        throw unreadable(path, "is neither .csv nor .json nor .jsonl; save or rename it as one of these");
    }

    private static CommandFailedException unreadable(Path path, String why) {
        return new CommandFailedException(ExitCode.USAGE, Printable.line(path.toString()) + " " + why);
    }
}
