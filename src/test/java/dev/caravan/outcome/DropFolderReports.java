package dev.caravan.outcome;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Batch;
import java.io.IOException;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** The reports of a drop folder, for tests of other packages. */
public final class DropFolderReports {

    private final Reports reports;

    public DropFolderReports(DropFolder inbox, Clock clock) {
        reports = new Reports(inbox.home().resolve("reports"), clock, inbox.store(), inbox.batches(), inbox.files());
    }

    public Reports reports() {
        return reports;
    }

    /** Both reports of a batch whose every row has its end. */
    public void write(Batch batch) throws IOException {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable("batch", batch.id());
        reports.writeRejected(exchange);
        exchange.getMessage().setBody(batch);
        reports.write(exchange);
    }
}
