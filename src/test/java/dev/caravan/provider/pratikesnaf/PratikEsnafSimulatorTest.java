package dev.caravan.provider.pratikesnaf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Fate;
import dev.caravan.provider.Simulator.Call;
import dev.caravan.provider.Simulator.Conduct;
import dev.caravan.provider.Simulator.Reply;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PratikEsnafSimulatorTest {

    private static final String ROOT = "/api/v1/whatsapp/";
    private static final Map<String, String> TOKEN = Map.of("Authorization", "Bearer token");

    private final PratikEsnafSimulator simulator = new PratikEsnafSimulator();

    @ParameterizedTest
    @CsvSource({
        "GET,gonder,405",
        "GET,dosya-gonder,405",
        "POST,hesaplar,405",
        "POST,durum/42,405",
        "GET,durum,404",
        "GET,toplu-gonder,405",
        "POST,gonderler,404"
    })
    void everyCallHasItsMethod(String method, String path, int status) {
        assertThat(call(method, path, TOKEN, "").answer().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"POST,gonder", "POST,dosya-gonder", "GET,hesaplar", "GET,durum/42"})
    void everyCallNeedsATokenThatIsNotWrong(String method, String path) {
        assertThat(call(method, path, Map.of(), "").answer().status()).isEqualTo(401);
        assertThat(call(method, path, Map.of("Authorization", "Bearer wrong"), "")
                        .answer()
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @EnumSource(Fate.class)
    void everyFateIsMetAndNoneIsReported(Fate fate) {
        Reply reply = sends(fate);

        assertThat(reply.conduct()).isEqualTo(fate.conduct());
        assertThat(reply.answer().json().path("ok").asBoolean()).isEqualTo(fate.isTaken() && fate != Fate.UNKNOWN);
        assertThat(reply.reports()).isEmpty();
    }

    @Test
    void fileThatIsRefusedIsAnsweredAtOnce() {
        Reply reply = call(
                "POST",
                "dosya-gonder",
                TOKEN,
                "{'telefon': '+905301230504', 'dosya_yolu': 'https://files.example.com/a.pdf'}");

        assertThat(reply.answer().status()).isEqualTo(400);
        assertThat(reply.conduct()).isEqualTo(Conduct.ANSWERS);
    }

    @Test
    void whatWasTakenIsInTheLogFromTheBeginning() {
        JsonNode taken = sends(Fate.UNREPORTED).answer().json();

        JsonNode kept = asks(taken.path("log_id").asText()).json().path("data");

        assertThat(kept.path("id")).isEqualTo(taken.path("log_id"));
        assertThat(kept.path("durum").asText()).isEqualTo("gönderildi");
        assertThat(kept.path("alici").asText()).isEqualTo("+905301230612");
        assertThat(kept.path("gonderim_zamani").asText()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
    }

    @Test
    void whatWasNotTakenIsNotInTheLog() {
        assertThat(asks("42").status()).isEqualTo(404);
    }

    private Reply sends(Fate fate) {
        String number = "+90530123" + (fate == Fate.ACCEPTED ? "4567" : fate.ending());
        return call("POST", "gonder", TOKEN, "{'telefon': '%s', 'mesaj': 'Merhaba'}".formatted(number));
    }

    private Answer asks(String logId) {
        return call("GET", "durum/" + logId, TOKEN, "").answer();
    }

    private Reply call(String method, String path, Map<String, String> headers, String body) {
        return simulator.reply(new Call(method, ROOT + path, Map.of(), headers, body.replace('\'', '"')));
    }
}
