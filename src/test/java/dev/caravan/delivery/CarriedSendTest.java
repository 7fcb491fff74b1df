package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.TemplateForm;
import dev.caravan.delivery.ProviderRoutes.Passed;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Send;
import dev.caravan.provider.Verdict.Permanent;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;

/** A template is, from the look-up to the call, what its account makes of it. */
@ProviderRoutes.Started
@Timeout(60)
class CarriedSendTest {

    private static final String CHAT =
            """
            {"data": [{"_id": "0000000000000000000000aa",
              "channelInfo": {"name": "whatsapp", "id": "972522234567"}}], "total": 1}""";

    @Autowired
    private ProviderRoutes routes;

    private ProviderStub stub;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub(
                (request, connection) -> connection.getOutputStream().write(ProviderStub.http(200, Map.of(), CHAT)));
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    @Test
    void templateThatIsATextHereGoesTheWayOfATextFromTheLookUpOn() {
        Account account = account(new TemplateForm(null, null, Map.of(), "Order {{order}} is ready"));

        Passed lookedUp = routes.lookUp(template(Map.of("order", "17")), account);
        routes.send(template(Map.of("order", "17")), account, lookedUp.found());

        assertThat(stub.requests())
                .extracting(Request::path)
                .containsExactly("/chats/search", "/messages/send/0000000000000000000000aa");
    }

    @Test
    void templateThatHasComeToLackAParameterIsRefusedWithoutACall() {
        Account account = account(new TemplateForm("order_info", null, Map.of("1", "order"), null));

        Passed passed = routes.send(template(Map.of()), account, "0000000000000000000000aa");

        assertThat(passed.verdict()).isInstanceOfSatisfying(Permanent.class, refused -> assertThat(refused.code())
                .isEqualTo("missing-parameter"));
        assertThat(stub.requests()).isEmpty();
    }

    private static Send template(Map<String, String> parameters) {
        return ProviderRoutes.text("+972522234567", "").with(new Template("order", "en", parameters, null));
    }

    private Account account(TemplateForm form) {
        return AccountDraft.named("texter-carried-" + stub.port())
                .of("texter")
                .at(stub.baseUrl())
                .timeout(Duration.ofSeconds(10))
                .templates(Map.of("order", form))
                .settings(Map.of("project-id", "example", "api-token", "token"))
                .account();
    }
}
