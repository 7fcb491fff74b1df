package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptOutWordsTest {

    private static final String HEBREW = "\u05d4\u05e1\u05e8";

    private final OptOutWords words = new OptOutWords(List.of("STOP", "DUR", "\u0130PTAL", "L\u00dcTFEN  DUR", HEBREW));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STOP",
                "stop",
                " Stop! ",
                "\"STOP\".",
                "stop \ud83d\uded1",
                "\uff33\uff34\uff2f\uff30",
                "dur",
                "DUR...",
                "iptal",
                "IPTAL",
                "\u0130ptal",
                "\u0131ptal",
                "I\u0307PTAL",
                "l\u00fctfen\ndur",
                "Lutfen, dur.",
                HEBREW,
                "\u200f" + HEBREW + "\u200e",
                HEBREW + "\u05b5!"
            })
    void isRecognisedHoweverPeopleWriteIt(String text) {
        assertThat(words.isOne(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "!",
                "\ud83d\uded1",
                "don't stop",
                "STOP the other order",
                "s t o p",
                "dursun",
                "lutfendur"
            })
    void isTheWholeMessageOrNone(String text) {
        assertThat(words.isOne(text)).isFalse();
    }

    @Test
    void aMessageWithoutTextIsNone() {
        assertThat(words.isOne(null)).isFalse();
    }

    @Test
    void withoutWordsNoMessageIsOne() {
        assertThat(new OptOutWords(List.of()).isOne("STOP")).isFalse();
        assertThat(new OptOutWords(List.of("!")).isOne("!")).isFalse();
    }
}
