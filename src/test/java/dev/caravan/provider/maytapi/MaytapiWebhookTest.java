package dev.caravan.provider.maytapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.provider.Webhook;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaytapiWebhookTest {

    private static final Account FRONT = account("front", "product-1", "12");
    private static final Account BACK = account("back", "product-1", "13");
    private static final Account ELSEWHERE = account("elsewhere", "product-2", "12");

    private final Webhook webhook = new MaytapiWebhook();

    @Test
    void whatNamesNoPhoneMayBeAboutAnyPhoneOfTheProduct() {
        assertThat(webhook.concerns(FRONT, null, FRONT)).isTrue();
        assertThat(webhook.concerns(FRONT, null, BACK)).isTrue();
        assertThat(webhook.concerns(FRONT, null, ELSEWHERE)).isFalse();
    }

    @Test
    void whatNamesAPhoneIsAboutThatPhoneOfTheProduct() {
        assertThat(webhook.concerns(FRONT, "13", BACK)).isTrue();
        assertThat(webhook.concerns(FRONT, "13", FRONT)).isFalse();
        assertThat(webhook.concerns(FRONT, "12", ELSEWHERE)).isFalse();
    }

    @Test
    void registrationShowsTheCallsWithoutTheKey() {
        List<String> lines = webhook.registration("https://hooks.example.com/it's", FRONT);

        assertThat(lines)
                .contains(
                        "curl -X POST 'https://api.example.com/api/product-1/setWebhook'"
                                + " -H \"x-maytapi-key: $API_KEY\" -H 'Content-Type: application/json'"
                                + " -d '{\"webhook\":\"https://hooks.example.com/it'\\''s\"}'",
                        "curl -X POST 'https://api.example.com/api/product-1/setAckPreference'"
                                + " -H \"x-maytapi-key: $API_KEY\" -H 'Content-Type: application/json'"
                                + " -d '{\"ack_delivery\":true}'")
                .noneMatch(line -> line.contains("sample-key"));
    }

    private static Account account(String name, String product, String phone) {
        return AccountDraft.named(name)
                .of(Maytapi.NAME)
                .at("https://api.example.com/api")
                .settings(Map.of(Maytapi.PRODUCT_ID, product, Maytapi.PHONE_ID, phone, "api-key", "sample-key"))
                .account();
    }
}
