package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class WithoutEffectTest {

    @Test
    void keysThatChangeNothingYetAreNamedAtStart(CapturedOutput output) {
        String yaml = ConfigurationRunner.ACCOUNT
                + """
                      quiet: 21:00-08:00
                      budget: 1000/1d
                  routing:
                    - { to: "+90", accounts: [main], failover: down }
                """;

        ConfigurationRunner.configured(yaml).run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .contains("have no effect yet: caravan.accounts.main.budget, caravan.accounts.main.quiet,"
                        + " caravan.routing[0].failover");
    }

    @Test
    void keysThatHaveADefaultAreNamedWhenTheyAreSetToSomethingElse(CapturedOutput output) {
        String yaml = ConfigurationRunner.ACCOUNT
                + """
                      ordering: none
                  keep: { content: 7d }
                  events: [ "log:elsewhere" ]
                  categories: { otp: { quiet: ignore } }
                """;

        ConfigurationRunner.configured(yaml).run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .contains("have no effect yet: caravan.accounts.main.ordering, caravan.categories.otp.quiet,"
                        + " caravan.keep, caravan.events");
    }

    @Test
    void aTokenForReportsOfAProviderThatMakesNoneIsNamed(CapturedOutput output) {
        ConfigurationRunner.configured(ConfigurationRunner.ACCOUNT + "      webhook-token: hush\n")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).contains("have no effect yet: caravan.accounts.main.webhook-token");
    }

    @Test
    void nothingIsSaidOfDefaults(CapturedOutput output) {
        ConfigurationRunner.configured(ConfigurationRunner.ACCOUNT)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).doesNotContain("no effect yet");
    }
}
