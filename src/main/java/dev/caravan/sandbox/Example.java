package dev.caravan.sandbox;

import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drops the example file into the inbox of a sandbox that has not seen any file yet. */
final class Example {

    private static final Logger LOG = LoggerFactory.getLogger(Example.class);
    private static final String FILE = "sends.csv";

    private final Path inbox;
    private final Store store;
    private final Batches batches;

    Example(Path inbox, Store store, Batches batches) {
        this.inbox = inbox;
        this.store = store;
        this.batches = batches;
    }

    void drop() throws IOException {
        if (store.read(batches::any)) {
            LOG.info("The sandbox goes on with its ledger; drop a file into {} to send it", inbox.toAbsolutePath());
            return;
        }
        Files.createDirectories(inbox);
        Path hidden = inbox.resolve('.' + FILE);
        try (InputStream example = Example.class.getResourceAsStream("/examples/" + FILE)) {
            Files.copy(example, hidden, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(hidden, inbox.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        LOG.info("The sandbox simulates every provider: nothing leaves this machine. {} is in the inbox", FILE);
    }
}
