package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Webhook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ByteArrayResource;

@ExtendWith(OutputCaptureExtension.class)
class AccountWarningsTest {

    @Test
    void anAccountWhoseProviderTellsNothingAfterwardsIsNotWatched(CapturedOutput output) {
        String yaml = ConfigurationRunner.ACCOUNT + "      confirm-within: 1h\n";

        ConfigurationRunner.configured(yaml).run(context -> assertThat(
                        context.getBean(Accounts.class).get("main").confirmWithin())
                .isNull());

        assertThat(output)
                .contains("caravan.accounts.main.confirm-within is set but has no effect: provider pigeon reports no");
    }

    @Test
    void anAccountWhoseProviderReportsIsWatched(CapturedOutput output) {
        String yaml = ConfigurationRunner.ACCOUNT + "      confirm-within: 1h\n";

        ConfigurationRunner.bound(new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "test.yaml"))
                .withUserConfiguration(AccountsConfiguration.class)
                .withBean(HomingPigeon.class)
                .run(context -> assertThat(
                                context.getBean(Accounts.class).get("main").confirmWithin())
                        .isEqualTo(Duration.ofHours(1)));

        assertThat(output).doesNotContain("no effect");
    }

    /** One that comes back and tells. */
    static final class HomingPigeon extends Pigeon implements Webhook {

        @Override
        public Optional<Webhook> webhook() {
            return Optional.of(this);
        }

        @Override
        public List<Notice> read(JsonNode body) {
            return List.of();
        }

        @Override
        public boolean concerns(Account told, String line, Account other) {
            return true;
        }

        @Override
        public List<String> registration(String url, Account account) {
            return List.of();
        }
    }

    @Test
    void aTokenForReportsOfAProviderThatMakesNoneIsNamed(CapturedOutput output) {
        ConfigurationRunner.configured(ConfigurationRunner.ACCOUNT + "      webhook-token: hush-hush-hush-hush\n")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .contains("caravan.accounts.main.webhook-token is set but has no effect: provider pigeon posts no");
    }

    @Test
    void nothingIsSaidOfDefaults(CapturedOutput output) {
        ConfigurationRunner.configured(ConfigurationRunner.ACCOUNT)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).doesNotContain("no effect");
    }
}
