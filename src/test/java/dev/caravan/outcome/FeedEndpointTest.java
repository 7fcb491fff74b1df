package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Feed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedEndpointTest {

    @ParameterizedTest
    @CsvSource({
        "http://host/path, http://host/path?responseTimeout=30000",
        "https://host/path?copyHeaders=false, https://host/path?copyHeaders=false&responseTimeout=30000",
        "http://host/path?responseTimeout=5000, http://host/path?responseTimeout=5000",
        "log:caravan.outcome, log:caravan.outcome",
    })
    void nobodyWaitsForEverForAServerThatDoesNotAnswer(String written, String used) {
        assertThat(endpoint(written).boundedUri()).isEqualTo(used);
    }

    @Test
    void nothingButItsKindIsShownOfItsUri() {
        assertThat(endpoint("https://user:secret@host/path").scheme()).isEqualTo("https");
    }

    @Test
    void itsPlaceSurvivesAChangeOfItsCredentialsAndOfNothingElse() {
        String place = OutcomeConfiguration.digest("https://me:one@host/path?copyHeaders=false&authPassword=one");

        assertThat(place)
                .isEqualTo(OutcomeConfiguration.digest("https://you:two@host/path?copyHeaders=false&authPassword=two"))
                .isNotEqualTo(OutcomeConfiguration.digest("https://me:one@host/other?copyHeaders=false"));
    }

    private static FeedEndpoint endpoint(String uri) {
        return new FeedEndpoint(Feed.OUTCOMES, "outcomes-1", "0", uri);
    }
}
