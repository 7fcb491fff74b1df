package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Events.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest extends OnLedger {

    private final Events events = new Events();

    @Test
    void anAccountThatItsProviderRefusesIsToldOnceUntilItRecovers() {
        write(transaction -> parts.laneControl().pause(transaction, "main", "http-401: no such key", NOW));
        write(transaction -> parts.laneControl().pause(transaction, "main", "http-401: no such key", NOW + 1));
        write(transaction -> parts.laneControl().recover(transaction, "main", NOW + 2, NOW + 2));
        write(transaction -> parts.laneControl().recover(transaction, "main", NOW + 3, NOW + 3));

        assertThat(told())
                .containsExactly(
                        "lane-paused main null {\"cause\":\"account\",\"reason\":\"http-401: no such key\"} at 0",
                        "lane-resumed main null {\"cause\":\"recovered\"} at 2");
    }

    @Test
    void whatSomebodyDoesToALaneIsToldWhenItChangesSomething() {
        write(transaction -> {
            parts.laneControl().resume(transaction, "main", "anne", NOW);
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", NOW + 1);
            parts.laneControl().pauseByHand(transaction, "main", "still", "anne", NOW + 2);
            parts.laneControl().resume(transaction, "main", "anne", NOW + 3);
            parts.laneControl().resume(transaction, "main", "anne", NOW + 4);
            return null;
        });

        assertThat(told())
                .containsExactly(
                        "lane-paused main null {\"cause\":\"hand\",\"by\":\"anne\"} at 1",
                        "lane-resumed main null {\"cause\":\"hand\",\"by\":\"anne\"} at 3");
    }

    @Test
    void whoTakesOverAPauseIsTold() {
        write(transaction -> parts.laneControl().pause(transaction, "main", "down", NOW));
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", "mine", "anne", NOW + 1);
            return null;
        });

        assertThat(told())
                .last()
                .isEqualTo("lane-paused main null {\"cause\":\"hand\",\"by\":\"anne\",\"reason\":\"mine\"} at 1");
    }

    @Test
    void aBatchThatIsHeldForItsSizeIsToldOnceItIsKnownToBeLarge() {
        for (String id : List.of("small", "large")) {
            write(transaction -> batches.open(
                    transaction, id, id + ".csv", null, "default", "work/" + id, id, name -> false, true, NOW));
        }
        countAccepted("small", 10);
        countAccepted("large", 11);
        assertThat(told()).as("they are still being read").isEmpty();

        for (String id : List.of("small", "large", "large")) {
            write(transaction -> {
                batches.finishReading(transaction, id, 10, NOW + 1);
                return null;
            });
        }

        assertThat(told())
                .containsExactly("batch-paused null large"
                        + " {\"cause\":\"held\",\"name\":\"large.csv\",\"accepted\":11,\"failed\":0} at 1");
    }

    @Test
    void aBatchThatItsFailuresPauseIsToldOnce() {
        LedgerParts stopping = LedgerParts.stoppingAt(50);
        openBatch("b");
        countAccepted("b", 30);
        for (int row = 1; row <= 30; row++) {
            admit(draft().of("b", row));
        }
        List<Attempt> attempts = write(transaction -> {
            List<Attempt> claimed = new ArrayList<>();
            for (int row = 1; row <= 30; row++) {
                claimed.add(parts.queue()
                        .claim(transaction, "main", null, false, NOW)
                        .orElseThrow());
            }
            return claimed;
        });

        for (Attempt attempt : attempts) {
            write(transaction -> stopping.settlements().settle(transaction, attempt, failed(), NOW));
        }

        assertThat(told())
                .containsExactly("batch-paused null b"
                        + " {\"cause\":\"failures\",\"name\":\"b.csv\",\"accepted\":30,\"failed\":20} at 0");
    }

    @Test
    void aBatchIsToldToBeFinishedWhenItsReportIsThereAndNotWhenThatIsWrittenAgain() {
        openBatch("b");
        countAccepted("b", 0);
        reported("b", NOW);
        reported("b", NOW + 1);

        assertThat(told())
                .containsExactly("batch-finished null b {\"name\":\"b.csv\",\"accepted\":0,\"duplicates\":0,"
                        + "\"rejected\":0,\"failed\":0,\"report\":\"b.report.csv\"} at 0");
    }

    @Test
    void eventsComeInTheOrderOfTheirCommitsWithAnIdThatStays() {
        write(transaction -> parts.laneControl().pause(transaction, "main", "one", NOW));
        write(transaction -> parts.laneControl().pause(transaction, "other", "two", NOW));

        List<Event> all = after(0, 10);

        assertThat(all).extracting(Event::account).containsExactly("main", "other");
        assertThat(all).extracting(Event::eventId).doesNotHaveDuplicates().allMatch(id -> id.length() == 26);
        assertThat(after(all.get(0).id(), 1)).containsExactly(all.get(1));
        assertThat(after(0, 1)).containsExactly(all.get(0));
    }

    @Test
    void anEventOfACommitThatFailedWasNone() {
        try {
            write(transaction -> {
                parts.laneControl().pause(transaction, "main", "down", NOW);
                throw new IllegalStateException("the commit fails");
            });
        } catch (LedgerException expected) {
            assertThat(expected).hasMessageContaining("the commit fails");
        }

        assertThat(told()).isEmpty();
    }

    private void reported(String batch, long now) {
        write(transaction -> {
            batches.reported(transaction, batch, 0, now);
            return null;
        });
    }

    private List<Event> after(long cursor, int limit) {
        return read(transaction -> events.after(transaction, cursor, limit));
    }

    private List<String> told() {
        return after(0, 100).stream()
                .map(event -> event.type() + ' ' + event.account() + ' ' + event.batch() + ' ' + event.detail() + " at "
                        + (event.at() - NOW))
                .toList();
    }
}
