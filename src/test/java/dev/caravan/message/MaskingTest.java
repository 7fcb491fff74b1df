package dev.caravan.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskingTest {

    @ParameterizedTest
    @CsvSource({
        "+905301234567, +90********67",
        "+12025550123, +1********23",
        "+972522234567, +972*******67",
        "120363000000000001@g.us, *********************us",
        "7, 7"
    })
    void anAddressKeepsItsCountryCodeAndItsLastTwo(String address, String masked) {
        assertThat(Masking.mask(address)).isEqualTo(masked);
    }

    @ParameterizedTest
    @CsvSource({
        "905301234567 is not on WhatsApp, *** is not on WhatsApp",
        "to +90 530 123 45 67: refused, to ***: refused",
        "to +90 (530) 123-45-67, to ***",
        "wamid.HBgMOTA1MzAxMjM0NTY3FQIAERgS: read, wamid.***: read",
        "code 131026 of 2026, code 131026 of 2026"
    })
    void aTextLosesThePhoneNumbersInIt(String text, String blotted) {
        assertThat(Masking.blot(text)).isEqualTo(blotted);
    }
}
