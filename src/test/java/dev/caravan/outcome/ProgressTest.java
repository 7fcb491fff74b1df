package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {

    @TempDir
    private Path home;

    @Test
    void aBatchUnderWayHasALineFromItsSecondLookOn() throws IOException {
        try (DropFolder inbox = new DropFolder(home, 1_000_000)) {
            Batch batch = inbox.drop("a.csv", "to,text\n+905301234567,one\n+905301234568,two\n");
            Progress progress = new Progress(inbox.store(), new Batches("here"));

            assertThat(lines(progress)).isEmpty();
            assertThat(lines(progress))
                    .containsExactly("Batch a.csv (" + batch.id() + "): 0 of 2 sends done, 0.0/s, no end in sight");

            inbox.ledger().change("UPDATE batch SET unfinished = 1");
            assertThat(lines(progress))
                    .singleElement()
                    .asString()
                    .contains("1 of 2 sends done")
                    .contains("about 0:00:0");
        }
    }

    @Test
    void aBatchThatWaitsForItsReportAloneHasNoLine() throws IOException {
        try (DropFolder inbox = new DropFolder(home, 1_000_000)) {
            inbox.drop("a.csv", "to,text\n+905301234567,one\n");
            Progress progress = new Progress(inbox.store(), new Batches("here"));
            lines(progress);

            inbox.ledger().change("UPDATE batch SET unfinished = 0");

            assertThat(lines(progress)).isEmpty();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> lines(Progress progress) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        progress.report(exchange);
        return exchange.getMessage().getBody(List.class);
    }
}
