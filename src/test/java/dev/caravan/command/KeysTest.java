package dev.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** New keys, and the configuration that lets them in. */
class KeysTest {

    private static final Pattern KEY = Pattern.compile("cvn_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])");

    private final Console console = new Console();

    @Test
    void keyIsShownOnceAndTheConfigurationHoldsItsDigest() throws Exception {
        assertThat(console.run("keys", "new", "hub", "--scope", "send,read")).isEqualTo(ExitCode.WELL);

        String key = key();
        assertThat(console.out().split(key, -1)).hasSize(2);
        assertThat(entry())
                .isEqualTo(Map.of(
                        "sha256",
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8))),
                        "scopes",
                        List.of("send", "read")));
    }

    @Test
    void everythingThatCanBeSaidOfAKeyIsInItsLines() {
        console.run(
                "keys",
                "new",
                "hub",
                "--scope=send",
                "--accounts",
                "maytapi-main,wapcrm-main",
                "--namespace",
                "erp",
                "--expires",
                "2027-12-31");

        assertThat(entry())
                .containsEntry("accounts", List.of("maytapi-main", "wapcrm-main"))
                .containsEntry("namespace", "erp")
                .containsEntry("expires", "2027-12-31T23:59:59Z");
    }

    @Test
    void noTwoKeysAreTheSame() {
        console.run("keys", "new", "hub", "--scope", "send");
        Console other = new Console();
        other.run("keys", "new", "hub", "--scope", "send");

        assertThat(other.out()).doesNotContain(key());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hub --scope send",
                "hub --scope all",
                "hub",
                "hub --scope send --accounts A",
                "hub --scope send --namespace a\"b",
                "hub --scope send --expires tomorrow"
            })
    void whatTheGatewayWouldRefuseIsRefused(String arguments) {
        assertThat(console.run((Object[]) ("keys new " + arguments).split(" "))).isEqualTo(ExitCode.USAGE);

        assertThat(console.out()).isEmpty();
        assertThat(console.err()).isNotBlank();
    }

    private String key() {
        Matcher key = KEY.matcher(console.out());
        assertThat(key.find()).isTrue();
        return key.group();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> entry() {
        String yaml = console.out().substring(console.out().indexOf("caravan:\n"));
        Object entry = new Yaml().load(yaml);
        for (String step : List.of("caravan", "api", "keys", "hub")) {
            entry = ((Map<String, Object>) entry).get(step);
        }
        return (Map<String, Object>) entry;
    }
}
