package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RepliesTest extends OnLedger {

    private final Replies here = new Replies("here", "shared");
    private final Replies there = new Replies("there", "shared");

    @Test
    void aReplyIsGivenByTheGatewayThatTookTheRequest() {
        String send = ended(here);

        assertThat(due(there)).isEmpty();
        assertThat(takeOver(there)).isFalse();
        assertThat(due(here)).containsExactly(send);
    }

    @Test
    void whatAGatewayOwesThatIsGoneIsGivenByAnotherOnTheSameBroker() {
        String send = ended(here);
        Replies ofItsOwn = new Replies("third", null);
        Replies onAnother = new Replies("fourth", "other");
        goAway("here");

        assertThat(takeOver(ofItsOwn)).isFalse();
        assertThat(takeOver(onAnother)).isFalse();
        assertThat(takeOver(there)).isTrue();

        assertThat(due(there)).containsExactly(send);
        assertThat(due(here)).isEmpty();
        assertThat(takeOver(there)).isFalse();
    }

    @Test
    void aRequestThatCameToBothIsAnsweredOnce() {
        String send = admit(Draft.draft()).get(0);
        register(here, send);
        register(there, send);
        settle(claim(), sent("wamid"));
        goAway("here");

        takeOver(there);

        assertThat(due(there)).containsExactly(send);
        assertThat(ledger.number("SELECT count(*) FROM reply")).isEqualTo(1);
    }

    @Test
    void whatIsToBeSentAgainIsNotTheEndAndTheResultThatComesLateIs() {
        String send = admit(Draft.draft().account("other")).get(0);
        register(here, send);
        Attempt attempt = write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW))
                .orElseThrow();
        recover(NOW + 60);
        assertThat(due(here)).isEmpty();

        settle(attempt, sent("wamid"));

        assertThat(due(here)).containsExactly(send);
        assertThat(ledger.text("SELECT status FROM history JOIN reply ON reply.send = history.send"
                        + " AND reply.sequence = history.sequence"))
                .isEqualTo("sent");
    }

    private String ended(Replies replies) {
        String send = admit(Draft.draft()).get(0);
        register(replies, send);
        settle(claim(), sent("wamid"));
        return send;
    }

    private void register(Replies replies, String send) {
        write(transaction -> {
            replies.register(transaction, send, "answers", null, "request", NOW);
            return null;
        });
    }

    private boolean takeOver(Replies replies) {
        boolean left = read(replies::anyLeft);
        write(transaction -> {
            replies.takeOver(transaction);
            return null;
        });
        return left;
    }

    private List<String> due(Replies replies) {
        return read(transaction -> replies.due(transaction, 10)).stream()
                .map(Replies.Due::send)
                .toList();
    }
}
