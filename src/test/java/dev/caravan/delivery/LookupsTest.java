package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderRoutes.Passed;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Send;
import dev.caravan.provider.Verdict.Permanent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;

/** How long what was looked up is remembered. */
@ProviderRoutes.Started
@Timeout(60)
class LookupsTest {

    private static final String CHAT =
            """
            {"data": [{"_id": "0000000000000000000000aa",
              "channelInfo": {"name": "whatsapp", "id": "972522234567", "accountId": "972509876543"}}], "total": 1}""";

    @Autowired
    private ProviderRoutes routes;

    private volatile int status = 200;
    private volatile String answer = CHAT;
    private volatile Map<String, String> headers = Map.of();
    private ProviderStub stub;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) ->
                connection.getOutputStream().write(ProviderStub.http(status, headers, answer)));
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    @Test
    void chatIsAskedForOnce() {
        assertThat(lookUp("+972522234567")).isEqualTo("0000000000000000000000aa");
        assertThat(stub.requests()).hasSize(1);

        assertThat(lookUp("+972522234567")).isEqualTo("0000000000000000000000aa");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void chatOfAnotherRecipientIsAskedForAsWell() {
        lookUp("+972522234567");
        stub.requests();

        assertThat(lookUp("+972522234568")).isNull();
        assertThat(stub.requests()).isNotEmpty();
    }

    @Test
    void chatGivenAsTheRecipientIsNotAskedFor() {
        assertThat(lookUp("0000000000000000000000bb")).isEqualTo("0000000000000000000000bb");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void chatThatWorksIsRemembered() {
        sendIntoTheChatAndLookUpAgain(200, accepted("972522234567"));

        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void chatThatIsGoneIsForgotten() {
        sendIntoTheChatAndLookUpAgain(404, "{\"success\": false, \"error\": \"Chat not found\"}");

        assertThat(stub.requests()).extracting(Request::path).containsExactly("/chats/search");
    }

    @Test
    void chatThatProvesToBeOfAnotherNumberIsForgotten() {
        sendIntoTheChatAndLookUpAgain(200, accepted("972520000000"));

        assertThat(stub.requests()).extracting(Request::path).containsExactly("/chats/search");
    }

    @Test
    void chatWhoseWindowHasClosedIsForQuestionsOnly() {
        headers = Map.of("Date", "Sun, 02 Nov 2025 15:48:12 GMT");
        answer = CHAT.replace("\"channelInfo\"", "\"lastIncomingMessageTimestamp\": 1762012091000, \"channelInfo\"");

        Passed asked = routes.track("1767262200000", send("+972522234567"), texter(), null);
        Passed lookedUp = routes.lookUp(send("+972522234567"), texter());

        assertThat(stub.requests())
                .extracting(Request::path)
                .containsExactly("/chats/search", "/messages/chat/0000000000000000000000aa", "/chats/search");
        assertThat(asked.verdict()).isNull();
        assertThat(lookedUp.verdict()).isInstanceOfSatisfying(Permanent.class, closed -> assertThat(closed.code())
                .isEqualTo("window-closed"));
    }

    @Test
    void chatOfATemplateIsLookedUpForQuestionsOnly() {
        Send template = send("+972522234567").with(new Template("order_info", "en", Map.of("1", "Ada"), null));

        routes.track("1767262200000", template, texter(), null);
        assertThat(stub.requests())
                .extracting(Request::path)
                .containsExactly("/chats/search", "/messages/chat/0000000000000000000000aa");

        assertThat(routes.lookUp(template, texter()).verdict()).isNull();
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void chatThatIsRememberedIsNotSearchedForByAQuestion() {
        lookUp("+972522234567");
        stub.requests();

        routes.track("1767262200000", send("+972522234567"), texter(), null);

        assertThat(stub.requests())
                .extracting(Request::path)
                .containsExactly("/messages/chat/0000000000000000000000aa");
    }

    @Test
    void tokenIsRememberedUntilItExpires() {
        answer = token(Instant.now().plus(Duration.ofHours(1)));
        Account account = account("pratikesnaf", Map.of("api-key", "key", "api-secret", "secret"));
        routes.lookUp(send("+905301234567"), account);
        stub.requests();

        assertThat(routes.lookUp(send("+905321234567"), account).found()).isEqualTo("obtained");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void tokenThatHasExpiredIsAskedForAgain() {
        answer = token(Instant.now());
        Account account = account("pratikesnaf", Map.of("api-key", "key", "api-secret", "secret"));
        routes.lookUp(send("+905301234567"), account);
        stub.requests();

        assertThat(routes.lookUp(send("+905301234567"), account).found()).isEqualTo("obtained");
        assertThat(stub.requests()).hasSize(1);
    }

    private void sendIntoTheChatAndLookUpAgain(int statusOfSend, String answerToSend) {
        String chat = lookUp("+972522234567");
        status = statusOfSend;
        answer = answerToSend;
        routes.send(send("+972522234567"), texter(), chat);
        stub.requests();
        status = 200;
        answer = CHAT;
        lookUp("+972522234567");
    }

    private String lookUp(String to) {
        return routes.lookUp(send(to), texter()).found();
    }

    private static Send send(String to) {
        return ProviderRoutes.text(to, "Hello");
    }

    private Account texter() {
        return account("texter", Map.of("project-id", "example", "api-token", "token"));
    }

    private Account account(String provider, Map<String, String> settings) {
        return ProviderRoutes.account(
                provider + "-lookups-" + stub.port(), provider, stub.baseUrl(), Duration.ofSeconds(10), settings);
    }

    private static String accepted(String number) {
        return """
                {"success": true, "messages": [{"chatChannelInfo": {"id": "%s"}, "channelInfo": {"id": "wamid.1"}}]}"""
                .formatted(number);
    }

    private static String token(Instant expiresAt) {
        return """
                {"success": true, "data": {"token": "obtained", "expires_at": "%s"}}"""
                .formatted(expiresAt);
    }
}
