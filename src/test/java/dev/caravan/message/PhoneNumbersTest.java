package dev.caravan.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {

    private static final String ALI = "+905301234567";

    private final PhoneNumbers turkish = new PhoneNumbers("TR");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+905301234567",
                "00905301234567",
                "05301234567",
                "5301234567",
                "905301234567",
                "+90 (530) 123 45-67",
                "+90 (0)530 123 45 67",
                "0530.123.45.67",
                " 0530\u00A0123\u202F45\u200967 ",
                "\u202A+90 530 123 45 67\u202C",
                "\u2066\u200E0530\u200B123\uFEFF4567\u2069",
                "0530\u2011123\u201345\u221267",
                "٠٥٣٠١٢٣٤٥٦٧",
                "۰۵۳۰۱۲۳۴۵۶۷",
                "＋９０５３０１２３４５６７",
                "\t05301234567\r\n"
            })
    void readsEveryWayOfWritingTheSameNumber(String written) {
        assertThat(turkish.normalise(written)).isEqualTo(new Recipient(ALI));
    }

    @ParameterizedTest
    @CsvSource({
        "TR, +972502345678, +972502345678",
        "TR, 00972502345678, +972502345678",
        "TR, 972502345678, +972502345678",
        "TR, 02121234567, +902121234567",
        "IL, 050-234-5678, +972502345678",
        "IL, 905301234567, +905301234567",
        "US, 4165551234, +14165551234",
        "US, 12125551234, +12125551234",
        "IT, 0612345678, +390612345678"
    })
    void triesTheRegionBeforeTheMissingPlusSign(String region, String written, String expected) {
        assertThat(new PhoneNumbers(region).normalise(written).address()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "+",
                "12",
                "112",
                "abc",
                "'05301234567",
                "0530123456",
                "053012345678",
                "+9053012345",
                "+05301234567",
                "+999123456789",
                "0530 123 45 67 / 68",
                "905301234567.0",
                "tel:+905301234567",
                "0530+1234567",
                "1234567890123456789012345678901234567890",
                "Dear Ali, your order 123 has shipped",
                "905301234567@c.us"
            })
    void refusesWhatIsNoNumberWithoutRepeatingIt(String written) {
        InvalidSendException refusal =
                catchThrowableOfType(InvalidSendException.class, () -> turkish.normalise(written));

        assertThat(refusal.field()).isEqualTo("to");
        assertThat(refusal.code()).isEqualTo("invalid-number");
        String digits = written.replaceAll("\\D", "");
        assertThat(refusal.getMessage()).isNotBlank().doesNotContain("Ali");
        if (digits.length() > 2) {
            assertThat(refusal.getMessage()).doesNotContain(digits);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"9,05321E+11", "9.05E+11", "9E11", "9,05321e+11", " 9,05321E+11 "})
    void saysWhenASpreadsheetShortenedTheNumber(String written) {
        InvalidSendException refusal =
                catchThrowableOfType(InvalidSendException.class, () -> turkish.normalise(written));

        assertThat(refusal.code()).isEqualTo("shortened-number");
        assertThat(refusal.getMessage()).contains("spreadsheet");
    }

    @ParameterizedTest
    @CsvSource({"+9053012, too few digits", "+9053012345678, too many digits", "+999123456789, code of a country"})
    void saysWhatIsWrong(String written, String reason) {
        InvalidSendException refusal =
                catchThrowableOfType(InvalidSendException.class, () -> turkish.normalise(written));

        assertThat(refusal.getMessage()).contains(reason);
    }

    @Test
    void refusesAnUnknownRegion() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PhoneNumbers("Turkey"))
                .withMessageContaining("region");
    }
}
