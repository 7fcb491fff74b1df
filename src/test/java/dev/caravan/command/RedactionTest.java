package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.message.Recipient;
import dev.caravan.provider.Provider;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken out of an exchange, and what stands in for it. */
class RedactionTest {

    private static final String SAMPLE = "+905301234567";

    private final Redaction redaction = redaction("+972522234999", "tok/en=1");

    @ParameterizedTest
    @CsvSource({
        "+972522234999, +905301234567",
        "to 972522234999@c.us, to 905301234567@c.us",
        "+972 52-223-4999, +905301234567",
        "0522234999, 05301234567",
        "52 223 4999, 5301234567",
        "972522234990, 972522234990",
        "at tok/en=1, at found",
        "key hush/hush, key ***",
        "key hush%2Fhush, key ***",
        "/product-of-ours/12/, /00000000-0000-0000-0000-000000000000/12/",
        "send 01ARZ3, send send",
        "wamid.HBgMOTcy, wamid.SAMPLE1"
    })
    void whatIsNobodysBusinessIsReplaced(String text, String clean) {
        assertThat(redaction.text(text)).isEqualTo(clean);
    }

    @Test
    void jsonIsCleanInItsTextsNumbersAndNames() throws JsonProcessingException {
        assertThat(redaction.json(json("{'972522234999': [972522234999, 'hush\\/hush', true, null, 12, 1.5]}")))
                .hasToString("{\"905301234567\":[905301234567,\"***\",true,null,12,1.5]}");
    }

    @Test
    void oneCloudIdIsTheSameEverywhere() {
        assertThat(redaction.text("wamid.A= wamid.B= wamid.A=")).isEqualTo("wamid.SAMPLE1 wamid.SAMPLE2 wamid.SAMPLE1");
    }

    @Test
    void groupKeepsItsForm() {
        Redaction ofGroup = redaction("120363041234567890@g.us", "120363041234567890@g.us");

        assertThat(ofGroup.text("120363041234567890@g.us")).isEqualTo("111111111111111111@g.us");
    }

    private static Redaction redaction(String to, String found) {
        Provider maytapi = Packs.all().stream()
                .filter(pack -> pack.name().equals("maytapi"))
                .findFirst()
                .orElseThrow();
        Account account = AccountDraft.named("main")
                .of("maytapi")
                .at("https://maytapi.example")
                .settings(Map.of("product-id", "product-of-ours", "phone-id", "12", "api-key", "hush/hush"))
                .account();
        return new Redaction(maytapi, account, GoldenCases.of("maytapi"), found, "01ARZ3", new Recipient(to), SAMPLE);
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
