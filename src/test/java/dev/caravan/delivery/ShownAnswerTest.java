package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.provider.Credentials;
import dev.caravan.provider.Provider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of a provider's answer for the history. */
class ShownAnswerTest {

    private static final String CONTENT =
            """
            {"reference":"order-1001","to":"+905301234567","name":"Ali","type":"text",
             "text":"Dear \\"Ali\\",\\nyour ödev of Oak Street 7 has shipped.","priority":"normal"}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'ok':true,'id':'m-1'} | {'ok':true,'id':'m-1'}",
                "{'key':'s3cret-key'} | {'key':'***'}",
                "{'to':'905301234567','id':'x'} | {'to':'***','id':'x'}",
                "+90 (530) 123 45 67 is no user | *** is no user",
                "{'id':'wamid.HBgMOTA1MzAxMjM0NTY3FQIAERgS'} | {'id':'wamid.***'}",
                "Ali is blocked | *** is blocked",
                "Alignment of text failed | Alignment of text failed",
                "order-1001: normal text | order-1001: normal text",
                "{'text':'Dear \\\"Ali\\\",\\nyour \\u00f6dev of Oak Street 7 has shipped.'} | {'text':'***'}",
            })
    void whatIsNobodyElsesBusinessIsTakenOut(String answer, String shown) {
        assertThat(shown(answer, CONTENT)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"text\":\"Dear \\\"Ali\\\",\\nyour ö...\",\"id\":\"m-1\"} | {\"text\":\"***\",\"id\":\"m-1\"}",
                "{\"text\":\"Dear \\\"Ali\\\",\\nyour \\u00D6dev of \\\"Oak\\\" Street 7\"} | {\"text\":\"***\"}",
                "{\"text\":\"Dear \\\"Ali\\\",\\nyour odev\\ | {\"text\":\"***",
            })
    void whatAProviderCutOrRewroteIsTakenOutToItsEnd(String answer, String shown) {
        assertThat(shown(answer, CONTENT)).isEqualTo(shown);
    }

    @Test
    void aQuoteEndsNothingInWhatIsNoJson() {
        assertThat(shown("not sent: Dear \"Ali\",\nyour \"odev\" of Oak Street 7", CONTENT))
                .isEqualTo("not sent: ***");
    }

    @Test
    void whatEverySendOfACallSaysIsTakenOut() {
        assertThat(shown("Ali, Eva and Bob", CONTENT, CONTENT.replace("\"Ali\"", "\"Eva\"")))
                .isEqualTo("***, *** and Bob");
    }

    @Test
    void isAsShortAsTwoKilobytesAndFitsEveryDatabase() {
        String shown = shown("a\u0000b\n" + "ş\uD83D\uDE00".repeat(5_000), CONTENT);

        assertThat(shown).startsWith("a b ş\uD83D\uDE00");
        assertThat(shown.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(2_040, 2_048);
        assertThat(new String(shown.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(shown);
    }

    @Test
    void aCredentialIsNotKeptInPartEither() {
        String far = "{\"text\":\"" + "hello there, it is me. ".repeat(177);
        for (int before = 0; before < 40; before++) {
            String shown = shown(far + "x".repeat(before) + "s3cret-key", CONTENT, CONTENT.replace("Dear", "hello"));

            assertThat(shown).doesNotContain("s3c");
        }
    }

    @Test
    void norWhenMuchBeforeItIsTakenOut() {
        String text = "hello there, it is me. ";
        String content = CONTENT.replace("Ali\",\"type", text + "\",\"type");
        for (int before = 0; before < 600; before++) {
            String answer = text.repeat(152) + "x".repeat(before) + "s3cret-key" + "y".repeat(1_000);

            assertThat(shown(answer, content)).as("after %s", before).doesNotContain("s3c");
        }
    }

    @Test
    void aTokenThatWasLookedUpIsACredentialToo() {
        assertThat(shown("{'error':'looked.up-token has run out'}", CONTENT)).isEqualTo("{'error':'*** has run out'}");
    }

    @Test
    void aParameterOfATemplateMayBeCalledAsItLikes() {
        String content =
                """
                {"to":"+905301234567","type":"template","template":{"name":"order_shipped","language":"en",
                 "parameters":{"account":"TR12 of Ali","reference":"Oak Street","name":"Fatma"}}}""";

        assertThat(shown("order_shipped/en: TR12 of Ali, Oak Street, Fatma", content))
                .isEqualTo("order_shipped/en: ***, ***, ***");
    }

    @Test
    void aMessageOfAnySizeIsGoneThrough() {
        String content = CONTENT.replace("Dear", "x".repeat(1_000_000));

        assertThat(shown("{\"sent\":\"" + "x".repeat(200) + "\"}", content)).isEqualTo("{\"sent\":\"***\"}");
    }

    private static String shown(String answer, String... contents) {
        Provider maytapi = Packs.all().stream()
                .filter(pack -> pack.name().equals("maytapi"))
                .findFirst()
                .orElseThrow();
        Account account = AccountDraft.named("main")
                .of("maytapi")
                .settings(Map.of("api-key", "s3cret-key"))
                .account();
        return ShownAnswer.of(answer, Credentials.of(maytapi, account), List.of(contents), "looked.up-token");
    }
}
