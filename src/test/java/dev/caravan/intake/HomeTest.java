package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HomeTest {

    @Test
    void nameThatIsTooLongIsCutBeforeItsExtension() {
        assertThat(Home.isTooLong("a".repeat(196) + ".csv")).isFalse();
        assertThat(Home.isTooLong("a".repeat(197) + ".csv")).isTrue();
        assertThat(Home.shortened("a".repeat(240) + ".csv")).isEqualTo("a".repeat(196) + ".csv");
    }

    @Test
    void nameIsCutBetweenCharacters() {
        // Four bytes each in UTF-8.
        String shortened = Home.shortened("\uD83C\uDF89".repeat(60) + ".json");

        assertThat(shortened).isEqualTo("\uD83C\uDF89".repeat(48) + ".json");
        assertThat(shortened.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(Home.LONGEST_NAME);
    }

    @Test
    void extensionThatIsTooLongIsCutItself() {
        assertThat(Home.shortened("a." + "b".repeat(240))).isEqualTo("a." + "b".repeat(198));
    }

    @Test
    void shortNameStaysAsItIs() {
        assertThat(Home.shortened("orders.2026-11-21.csv")).isEqualTo("orders.2026-11-21.csv");
    }

    @Test
    void nameCannotBreakALineOfTheLog() {
        assertThat(Home.printable("a\nb\r\u2028\u001b[31mc.csv")).isEqualTo("a_b___[31mc.csv");
    }
}
