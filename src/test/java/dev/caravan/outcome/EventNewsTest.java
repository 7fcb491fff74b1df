package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Events;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.outcome.News.Item;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventNewsTest {

    private static final long AT = Instant.parse("2027-01-15T08:00:00Z").toEpochMilli();

    private final LedgerParts parts = LedgerParts.of("here");
    private final EventNews news = new EventNews(new Events(), ZoneId.of("Europe/Istanbul"));

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return parts.laneControl().pause(transaction, "main", "http-401: no key for +905301234567", AT);
        });
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void anEventSaysWhatHappenedToWhatAndWhen() {
        String id = ledger.text("SELECT event_id FROM event");

        assertThat(next(false))
                .containsExactly(("{'eventId':'" + id + "','type':'lane-paused','at':'2027-01-15T11:00:00.000+03:00',"
                                + "'account':'main','cause':'account','reason':'http-401: no key for +905301234567'}")
                        .replace('\'', '"'));
    }

    @Test
    void logsSeeNoNumbersInReasons() {
        assertThat(next(true)).singleElement().asString().contains("\"reason\":\"http-401: no key for ***\"");
    }

    @Test
    void timesInAnEventAreWrittenAsItsOwnIs() {
        ledger.change("UPDATE event SET detail = ?", "{\"count\":2,\"oldest\":" + (AT - 3_600_000) + "}");

        assertThat(next(false))
                .singleElement()
                .asString()
                .endsWith("\"count\":2,\"oldest\":\"2027-01-15T10:00:00.000+03:00\"}");
    }

    private List<String> next(boolean masked) {
        return ledger.store().read(transaction -> news.after(transaction, 0, 10, masked)).stream()
                .map(Item::body)
                .toList();
    }
}
