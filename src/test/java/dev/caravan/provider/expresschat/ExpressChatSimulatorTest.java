package dev.caravan.provider.expresschat;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.ValueSource;

class ExpressChatSimulatorTest {

    private static final String ROOT = "/whatsapp-automation/wa/";
    private static final Map<String, String> KEY = Map.of("apiKey", "key");
    private static final String TEMPLATE =
            "{'userName': 'Ada', 'wa_id': '905301234567', 'templateId': '1', 'params': [%s]}";

    private final ExpressChatSimulator simulator = new ExpressChatSimulator();

    @Test
    void theSameKeyMustBeInHeaderAndQuery() {
        assertThat(reads(KEY, KEY).status()).isEqualTo(200);
        assertThat(reads(KEY, Map.of()).status()).isEqualTo(401);
        assertThat(reads(Map.of(), KEY).status()).isEqualTo(401);
        assertThat(reads(Map.of("apiKey", "other"), KEY).status()).isEqualTo(401);
        assertThat(reads(Map.of("apiKey", "wrong"), Map.of("apiKey", "wrong")).status())
                .isEqualTo(401);
    }

    @Test
    void kindOfAuthorisationIsOptionalButNotAnyWord() {
        assertThat(reads(KEY, Map.of("apiKey", "key", "authType", "Key")).status())
                .isEqualTo(200);
        assertThat(reads(KEY, Map.of("apiKey", "key", "authType", "Bearer")).status())
                .isEqualTo(401);
    }

    @Test
    void listOfTemplatesIsOneThatTheCheckUpUnderstands() {
        assertThat(reads(KEY, KEY).json().path("data").path(0).path("status").asText())
                .isEqualTo("APPROVED");
    }

    @ParameterizedTest
    @CsvSource({"GET,send-message,405", "GET,send-template,405", "POST,templates,405", "POST,send,404"})
    void everyCallHasItsMethod(String method, String path, int status) {
        assertThat(simulator
                        .reply(new Call(method, ROOT + path, KEY, KEY, ""))
                        .answer()
                        .status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{'type': 'body', 'parameters': [{'type': 'text', 'text': 'Ada'}, {'type': 'text', 'text': '7'}]}",
                "{'type': 'body', 'parameters': [{'type': 'text', 'parameter_name': 'name', 'text': 'Ada'}]}",
                "{'type': 'header', 'parameters': [{'type': 'video', 'video': {'link': 'https://example.com/a.mp4'}}]}"
            })
    void templateIsTakenWithOrWithoutParameters(String component) {
        assertThat(posts("send-template", TEMPLATE.formatted(component))
                        .answer()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'Ada'",
                "{'type': 'body', 'parameters': []}",
                "{'type': 'footer', 'parameters': [{'type': 'text', 'text': 'Ada'}]}",
                "{'type': 'body', 'parameters': [{'type': 'text', 'text': ' '}]}",
                "{'type': 'body', 'parameters': [{'type': 'text', 'text': 7}]}",
                "{'type': 'body', 'parameters': [{'type': 'text', 'text': 'a'},"
                        + " {'type': 'text', 'parameter_name': 'b', 'text': 'b'}]}",
                "{'type': 'header', 'parameters': [{'type': 'image', 'video': {'link': 'https://example.com/a.mp4'}}]}",
                "{'type': 'header', 'parameters': [{'type': 'image', 'image': {'link': '/a.jpg'}}]}"
            })
    void templateWithOtherParametersIsRefused(String component) {
        Reply reply = posts("send-template", TEMPLATE.formatted(component));

        assertThat(reply.answer().status()).isEqualTo(400);
        assertThat(reply.conduct()).isEqualTo(Conduct.ANSWERS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'wa_id': '905301234567', 'templateId': '1', 'params': []}",
                "{'userName': 'Ada', 'wa_id': '+905301234567', 'templateId': '1', 'params': []}",
                "{'userName': 'Ada', 'wa_id': '905301234567', 'params': []}",
                "{'userName': 'Ada', 'wa_id': '905301234567', 'templateId': '1'}",
                "{'userName': 'Ada', 'wa_id': '905301234567', 'templateId': '1', 'params': [], 'assignTo': 7}",
                "{'userName': 'Ada', 'wa_id': '905301234567', 'templateId': '1', 'params': [], 'tags': 'a'}",
                "[",
                ""
            })
    void templateWithoutItsFieldsIsRefused(String body) {
        assertThat(posts("send-template", body).answer().status()).isEqualTo(400);
    }

    @ParameterizedTest
    @EnumSource(Fate.class)
    void everyFateIsMetByTextsAndTemplatesAndNoneIsReported(Fate fate) {
        String number = "90530123" + (fate == Fate.ACCEPTED ? "4567" : fate.ending());
        String text = "{'userName': 'Ada', 'wa_id': '%s', 'type': 'text', 'message': {'text': 'hi'}}";

        Reply message = posts("send-message", text.formatted(number));
        Reply template = posts("send-template", TEMPLATE.formatted("").replace("905301234567", number));

        assertThat(template.answer().status()).isEqualTo(message.answer().status());
        assertThat(message.conduct()).isEqualTo(fate.conduct());
        assertThat(template.conduct()).isEqualTo(fate.conduct());
        assertThat(message.answer().isSuccess()).isEqualTo(fate.isTaken() && fate != Fate.UNKNOWN);
        assertThat(message.reports()).isEmpty();
    }

    private Answer reads(Map<String, String> query, Map<String, String> headers) {
        return simulator
                .reply(new Call("GET", ROOT + TemplateList.NAME, query, headers, ""))
                .answer();
    }

    private Reply posts(String path, String body) {
        return simulator.reply(new Call("POST", ROOT + path, KEY, KEY, body.replace('\'', '"')));
    }
}
