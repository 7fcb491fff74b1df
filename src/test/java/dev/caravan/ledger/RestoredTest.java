package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.ledger.Restored.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;

class RestoredTest extends OnLedger {

    private static final long SINCE = NOW + 1_000;
    private static final long LATER = NOW + Duration.ofHours(1).toMillis();

    Restored restored() {
        DataSourceProperties properties = new DataSourceProperties();
        properties.setUrl(ledger.dataSource().getJdbcUrl());
        return Restored.open(properties);
    }

    private Plan recover(List<Long> progress) {
        try (Restored restored = restored()) {
            return restored.recover(SINCE, LATER, progress::add);
        }
    }

    private Plan recover() {
        return recover(new ArrayList<>());
    }

    @Test
    void whatMayHaveBeenSentSinceTheCopyIsHeldAndTheRestStays() {
        openBatch("b");
        write(transaction -> {
            batches.finishReading(transaction, "b", Long.MAX_VALUE, NOW);
            return null;
        });
        List<String> ids = admit(
                draft().of("b", 1).to("+905300000001"),
                draft().of("b", 2).to("+905300000002"),
                draft().to("+905300000003"),
                draft().to("+905300000004").dueAt(NOW + 60_000),
                draft().to("+905300000005").dueAt(LATER + 1),
                draft().to("+905300000006").expiresAt(SINCE),
                draft().to("+905300000007").expiresAt(SINCE + 1));
        countAccepted("b", 2);
        settle(claim(), sent("a"));
        claim();

        try (Restored restored = restored()) {
            assertThat(restored.plan(SINCE, LATER)).isEqualTo(new Plan(4, 2, List.of()));
        }
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'unknown'"))
                .isZero();

        assertThat(recover()).isEqualTo(new Plan(4, 2, List.of()));

        assertThat(ids.stream().map(this::state))
                .containsExactly("sent", "unknown", "unknown", "unknown", "queued", "queued", "unknown");
        assertThat(ledger.texts("SELECT error_class || ' ' || error_code FROM send WHERE state = 'unknown'"))
                .containsOnly("unknown restored");
        assertThat(ledger.texts(
                        "SELECT status || ' ' || sequence || ' ' || started_at || ' ' || at FROM history WHERE send = ?",
                        ids.get(2)))
                .containsExactly("unknown 1000 " + SINCE + " " + LATER);
        assertCounters();
        assertThat(recover()).isEqualTo(new Plan(0, 2, List.of()));
        assertThat(claim(LATER)).isNull();
    }

    @Test
    void whatItsGatewayHadUnderWayIsHeldWhicheverGatewayThatWas() {
        String id = admit(draft()).get(0);
        claim();
        ledger.change("UPDATE send SET gateway = 'elsewhere'");

        recover();

        assertThat(state(id)).isEqualTo("unknown");
    }

    @Test
    void whoIsBehindAnotherIsHeldToo() {
        List<String> ids = admit(draft(), draft(), draft());
        claim();
        claim();

        recover();

        assertThat(ids.stream().map(this::state)).containsOnly("unknown");
        assertCounters();
    }

    @Test
    void aBatchThatWasStillReadIsPausedAndAnotherIsNot() {
        openBatch("half");
        openBatch("whole");
        write(transaction -> {
            batches.finishReading(transaction, "whole", Long.MAX_VALUE, NOW);
            return null;
        });

        assertThat(recover().batches()).containsExactly("half");

        assertThat(ledger.texts("SELECT id || ' ' || coalesce(paused, '-') FROM batch ORDER BY id"))
                .containsExactly("half hand", "whole -");
        recover();
        assertThat(ledger.number("SELECT count(*) FROM event WHERE type = 'batch-paused'"))
                .isEqualTo(1);
    }

    @Test
    void isDoneInStepsAndSaysHowFarItIs() {
        List<Draft> drafts = new ArrayList<>();
        for (int number = 0; number < 1_001; number++) {
            drafts.add(draft());
        }
        write(transaction -> {
            for (Draft draft : drafts) {
                parts.acceptance().insert(transaction, draft.send());
            }
            return null;
        });
        List<Long> progress = new ArrayList<>();

        assertThat(recover(progress).held()).isEqualTo(1_001);

        assertThat(progress).containsExactly(500L, 1_000L, 1_001L);
        assertCounters();
    }

    @Test
    void aGatewayThatStartsMeanwhileEndsIt() {
        List<Draft> drafts = new ArrayList<>();
        for (int number = 0; number < 600; number++) {
            drafts.add(draft());
        }
        admit(drafts.toArray(Draft[]::new));
        goAway("there");
        openBatch("half");

        try (Restored restored = restored()) {
            assertThatThrownBy(() -> restored.recover(
                            SINCE,
                            LATER,
                            held -> ledger.change("UPDATE presence SET beats = beats + 1 WHERE gateway = 'there'")))
                    .isInstanceOf(GatewayHeardException.class)
                    .hasMessage("gateway there runs on this ledger");
        }

        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'unknown'"))
                .isEqualTo(500);
        assertCounters();
        assertThat(recover().held()).isEqualTo(100);
    }

    @Test
    void noLedgerIsMade() {
        DataSourceProperties properties = new DataSourceProperties();
        properties.setUrl("jdbc:sqlite:" + directory.resolve("none.db"));

        assertThatThrownBy(() -> Restored.open(properties)).hasMessageContaining("there is no ledger");
        assertThat(directory.resolve("none.db")).doesNotExist();
    }
}
