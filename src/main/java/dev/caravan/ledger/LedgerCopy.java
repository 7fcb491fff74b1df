package dev.caravan.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;

/** A copy of an SQLite ledger as it is at one moment, made while a gateway writes to it. */
public final class LedgerCopy {

    private LedgerCopy() {}

    /**
     * A batch whose rows are not all read, or not all told of, so that its file is needed.
     *
     * @param path of its file, below home, at the moment of the copy
     */
    public record Needed(String batch, String path) {}

    /** The file of the configured ledger; empty when it is in a database of its own, which has its own tools. */
    public static Optional<Path> source(DataSourceProperties properties) {
        String url = properties.determineUrl();
        return url.startsWith(LedgerConfiguration.SQLITE)
                ? Optional.of(LedgerConfiguration.file(url))
                : Optional.empty();
    }

    /**
     * Makes it, and sees to it that it survives a power cut.
     *
     * @param target must not exist
     * @throws LedgerException when there is no ledger, or it cannot be read or written
     */
    public static void make(DataSourceProperties properties, Path target) {
        try (ReadOnlyLedger ledger = ReadOnlyLedger.open(properties)) {
            // One long read: writers go on meanwhile, and nothing of theirs is in the copy.
            try (Connection connection = ledger.dataSource().getConnection();
                    PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
                copy.setString(1, target.toString());
                copy.execute();
            }
            try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (SQLException | IOException failed) {
            throw new LedgerException("the ledger could not be copied: " + failed.getMessage(), failed);
        }
    }

    /** The files that go with a copy. */
    public static List<Needed> needed(Path copy) {
        return read(
                copy,
                transaction -> transaction.all(
                        "SELECT id, path FROM batch WHERE state IN ('reading', 'read') AND path IS NOT NULL ORDER BY id",
                        row -> new Needed(row.getString(1), row.getString(2))));
    }

    /** How many sends a copy has. */
    public static long sends(Path copy) {
        return read(copy, transaction -> transaction
                .one("SELECT count(*) FROM send", row -> row.getLong(1))
                .orElseThrow());
    }

    /** Where the file of a batch is now, below home; empty when it is kept no longer. */
    public static Optional<String> path(DataSourceProperties properties, String batch) {
        try (ReadOnlyLedger ledger = ReadOnlyLedger.open(properties)) {
            return ledger.store()
                    .read(transaction -> transaction.one(
                            "SELECT path FROM batch WHERE id = ? AND path IS NOT NULL",
                            row -> row.getString(1),
                            batch));
        }
    }

    private static <T> T read(Path copy, Store.Work<T> work) {
        if (!Files.exists(copy)) {
            throw new LedgerException("there is no ledger at " + copy, null);
        }
        DataSourceProperties properties = new DataSourceProperties();
        properties.setUrl(LedgerConfiguration.SQLITE + copy);
        try (ReadOnlyLedger ledger = ReadOnlyLedger.open(properties)) {
            return ledger.store().read(work);
        }
    }
}
