package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.Ulid;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.SendingRules;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of sends when somebody, or a time server, sets the clock. */
class SetClockTest extends OnLedger {

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);
    private static final long DAY = TimeUnit.DAYS.toMillis(1);

    private final LedgerParts ordered = LedgerParts.with(AccountDraft.named("main")
            .rules(new SendingRules(true, QuietTimes.NONE, null, null, ZoneOffset.UTC))
            .account());
    private final Slots slots = ordered.slots();

    private long now = NOW;
    private SendIds ids;

    @BeforeEach
    void start() {
        ids = new SendIds(ledger.store(), () -> Instant.ofEpochMilli(now));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsToOneRecipientGoOutAsTheyWereAcceptedAlsoWhenTheClockGoesBackBetweenThem(boolean restarted) {
        String first = accept(2);
        settleNext(queuedUntil(now + 1_000));
        now -= HOUR;
        if (restarted) {
            start();
        }
        String second = accept(1);

        assertThat(claimNext())
                .as("the second waits for the first, which waits")
                .isNull();
        now += HOUR + 1_000;
        makeReady(now);
        assertThat(settleNext(sent("1"))).isEqualTo(first);
        assertThat(settleNext(sent("2"))).isEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofTheSameRankTheFirstGoesFirst(boolean restarted) {
        String first = accept(1);
        now -= HOUR;
        if (restarted) {
            start();
        }
        accept(1);

        assertThat(settleNext(sent("1"))).isEqualTo(first);
    }

    @Test
    void idsRiseHoweverTheClockIsSetAndHoweverOftenTheGatewayStarts() {
        List<String> made = new ArrayList<>();
        for (long set : List.of(0L, HOUR, -2 * HOUR, 5L, -20_000L, 23 * HOUR, -23 * HOUR)) {
            now += set;
            for (int count = 0; count < 3; count++) {
                made.add(accept(1));
            }
            start();
        }

        assertThat(made).isSorted().doesNotHaveDuplicates();
        now += 30 * HOUR;
        assertThat(Ulid.getTime(ids.next())).as("by the clock again").isEqualTo(now);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idsOfAClockThatWasWrongByMoreThanADayAreNotGoneOnWith(boolean restarted) {
        now += 365 * DAY;
        accept(1);
        now -= 365 * DAY;
        if (restarted) {
            start();
        }

        String next = accept(1);

        assertThat(Ulid.getTime(next)).isEqualTo(now);
        now -= HOUR;
        if (restarted) {
            start();
        }
        assertThat(ids.next()).isGreaterThan(next);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aRetryIsDueWhenItIsAndTheSendGoesOutOnce(long hours) {
        String first = accept(1);
        settleNext(queuedUntil(NOW + 5_000));
        String second = accept(1);
        now += hours * HOUR;
        start();
        String third = accept(1);

        makeReady(now);
        if (hours < 0) {
            assertThat(claimNext()).as("its time has not come").isNull();
            now = NOW + 5_000;
            makeReady(now);
        }

        assertThat(List.of(settleNext(sent("1")), settleNext(sent("2")), settleNext(sent("3"))))
                .containsExactly(first, second, third);
        assertThat(claimNext()).isNull();
        assertThat(ledger.texts("SELECT state || ' ' || attempt FROM send ORDER BY id"))
                .containsExactly("sent 2", "sent 1", "sent 1");
        assertCounters();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void anAccountThatIsToWaitGoesOnAtTheTimeThatItsProviderSaid(long hours) {
        String send = accept(1);
        write(transaction -> {
            ordered.laneControl().hold(transaction, "main", NOW + 30_000);
            return null;
        });
        now += hours * HOUR;

        if (hours < 0) {
            assertThat(claimAsLane())
                    .as("looked at again and again, not slept through")
                    .isEqualTo(new Claim.Held(now + 5_000));
            now = NOW + 30_000;
        }

        assertThat(claimAsLane()).isInstanceOfSatisfying(Claim.Claimed.class, claimed -> assertThat(
                        claimed.attempt().id())
                .isEqualTo(send));
        assertThat(claimAsLane()).isEqualTo(new Claim.Nothing());
    }

    /** Accepts a send to the one recipient. */
    private String accept(long rank) {
        return admit(draft().id(ids.next()).rank(rank).dueAt(Math.min(NOW, now)))
                .get(0);
    }

    private Attempt claimNext() {
        return write(transaction -> ordered.queue().claim(transaction, "main", null, false, now))
                .orElse(null);
    }

    private Claim claimAsLane() {
        return write(transaction -> slots.claim(transaction, "main", null, now));
    }

    /** The id of the send that is next, which comes to that. */
    private String settleNext(Settlement settlement) {
        Attempt attempt = claimNext();
        if (attempt == null) {
            return null;
        }
        boolean settled = write(transaction -> ordered.settlements().settle(transaction, attempt, settlement, now));
        assertThat(settled).isTrue();
        return attempt.id();
    }
}
