package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.jwt.JwtException;

/** Tokens when their issuer is away; everything else is in {@link SecurityTest}. */
@ExtendWith(OutputCaptureExtension.class)
class TokensTest {

    private final Door.Time time = new Door.Time();
    private final Tokens tokens = new Tokens(
            token -> {
                throw new JwtException("inner-detail");
            },
            new Seldom(time));

    @Test
    void anIssuerThatIsAwayIsNoFaultOfTheCallerAndToldOnceAMinute(CapturedOutput output) {
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(tokens.identify("a.b.c")).isInstanceOfSatisfying(Identity.Unproven.class, unproven -> {
                assertThat(unproven.problem().status()).isEqualTo(503);
                assertThat(unproven.problem().code()).isEqualTo("issuer-unavailable");
            });
        }
        assertThat(output).containsOnlyOnce("Tokens cannot be checked").doesNotContain("inner-detail");

        time.pass(Duration.ofMinutes(1));
        tokens.identify("a.b.c");
        assertThat(output.toString().split("Tokens cannot be checked")).hasSize(3);
    }
}
