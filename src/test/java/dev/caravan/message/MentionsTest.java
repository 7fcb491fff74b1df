package dev.caravan.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MentionsTest {

    private final Mentions number = new Mentions("+905301112233");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+905301112233",
                "a,0530 111 22 33,b",
                "(0530) 111-22-33",
                "905301112233@c.us",
                "0.530.111.22.33",
                "0530\u00a0111\u00a022\u00a033",
                "{\"x\":12345678,\"to\":\"905301112233\"}",
                "999905301112233"
            })
    void findsANumberHoweverItIsWritten(String text) throws IOException {
        assertThat(number.in(text)).isTrue();
        assertThat(number.in(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_16LE))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+905301112234", "530,111,22,33", "0111223", "3311122330"})
    void findsNoOther(String text) {
        assertThat(number.in(text)).isFalse();
    }

    @Test
    void findsAProvidersOwnIdAsItIsWritten() {
        Mentions group = new Mentions("1203630@g.us");

        assertThat(group.in("to 1203630@G.us,")).isTrue();
        assertThat(group.in("120-3630@g.us")).isFalse();
    }
}
