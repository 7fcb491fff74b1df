package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Simulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider that can be asked, as its simulator answers: from a lane's send to what became of it. */
@Timeout(60)
class ProvidersAskedIT {

    @TempDir
    private static Path directory;

    private static final LedgerParts PARTS = LedgerParts.of("here");
    private static TemporaryLedger ledger;
    private static ProviderStub stub;
    private static AskingGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        Map<String, Simulator> simulators = new HashMap<>();
        Packs.all()
                .forEach(pack ->
                        simulators.put(pack.name(), Packs.simulator(pack.name()).orElseThrow()));
        ledger = TemporaryLedger.sqlite(directory);
        stub = new ProviderStub((request, connection) -> {
            String[] path = request.path().split("/", 3);
            Answer answer = simulators
                    .get(path[1].replaceFirst("-wrong$", ""))
                    .reply(new Simulator.Call(
                            request.method(), '/' + path[2], request.query(), request.headers(), request.body()))
                    .answer();
            connection.getOutputStream().write(ProviderStub.http(answer.status(), answer.headers(), answer.body()));
        });
        List<Account> accounts = new ArrayList<>();
        for (Provider pack : Packs.all()) {
            accounts.add(account(pack, pack.name(), right -> right));
            accounts.add(account(pack, pack.name() + "-wrong", right -> "wrong"));
        }
        gateway = new AskingGateway(directory, ledger, accounts);
    }

    /** With the settings of the sandbox. */
    private static Account account(Provider pack, String name, UnaryOperator<String> credential) throws IOException {
        JsonNode written = new YAMLMapper()
                .readTree(Path.of("src/main/resources/application-sandbox.yaml").toFile())
                .path("caravan")
                .path("accounts")
                .path(pack.name() + "-sandbox")
                .path("settings");
        Map<String, String> settings = new HashMap<>();
        for (Setting setting : pack.settings()) {
            String value = written.path(setting.name()).asText(setting.otherwise());
            if (value != null) {
                settings.put(setting.name(), setting.secret() ? credential.apply(value) : value);
            }
        }
        return ProviderRoutes.account(name, pack.name(), stub.baseUrl() + '/' + name, Duration.ofSeconds(10), settings);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        stub.close();
        ledger.close();
    }

    static Stream<String> tracked() {
        return Packs.all().stream().filter(pack -> pack.tracking().isPresent()).map(Provider::name);
    }

    static Stream<String> checked() {
        return Packs.all().stream().filter(pack -> pack.checkup().isPresent()).map(Provider::name);
    }

    @ParameterizedTest
    @MethodSource("tracked")
    void aSendIsFollowedUntilItIsRead(String account) {
        NewSend send = Draft.draft().account(account).provider(account).send();
        ledger.store().write(transaction -> PARTS.acceptance().insert(transaction, send));

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            ledger.change("UPDATE send SET check_at = 1 WHERE id = ? AND check_at IS NOT NULL", send.id());
            return ledger.text("SELECT state FROM send WHERE id = ?", send.id()).equals("read");
        });
    }

    @ParameterizedTest
    @MethodSource("checked")
    void anAccountIsCheckedWithItsCredential(String account) {
        await().until(() ->
                !check(account).equals("not yet") && !check(account + "-wrong").equals("not yet"));

        assertThat(check(account)).startsWith("good: ");
        assertThat(check(account + "-wrong")).startsWith("bad: ").doesNotContain("no-answer");
    }

    private static String check(String account) {
        return (String) gateway.health(account).get("check");
    }
}
