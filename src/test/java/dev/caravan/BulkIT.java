package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.delivery.ProviderStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Equal texts of a batch in one call, for an account that wants it so. */
class BulkIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path home;

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private volatile int notReached;
    private ProviderStub stub;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) -> {
            String call = request.path().replaceFirst(".*/", "");
            if (call.equals("hesaplar")) {
                connection.getOutputStream().write(ProviderStub.http(200, Map.of(), "{\"ok\": true, \"data\": []}"));
                return;
            }
            JsonNode body = read(request.body());
            int recipients = body.path("alicilar").size();
            calls.add(call + " " + Math.max(1, recipients) + " "
                    + body.path("mesaj").textValue());
            String answer = recipients == 0
                    ? "{\"ok\": true, \"log_id\": 1}"
                    : "{\"ok\": true, \"total\": %d, \"sent\": %d, \"failed\": %d}"
                            .formatted(recipients, recipients - notReached, notReached);
            connection.getOutputStream().write(ProviderStub.http(200, Map.of(), answer));
        });
    }

    private static JsonNode read(String body) throws IOException {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException none) {
            return JSON.missingNode();
        }
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    @Test
    void equalTextsOfABatchShareACallAndEachHasItsOwnEnd() throws IOException {
        try (ConfigurableApplicationContext gateway = start("--caravan.accounts.main.settings.bulk=3")) {
            drop(
                    """
                    to,text
                    +905301230001,Balance reminder
                    +905301230002,Balance reminder
                    +905301230003,Balance reminder
                    +905301230004,Balance reminder
                    +905301230005,Something else
                    +905301230006,Balance reminder
                    """);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(states(gateway)).hasSize(6).containsOnly("sent 1"));
        }
        assertThat(calls)
                .containsExactlyInAnyOrder(
                        "toplu-gonder 3 Balance reminder",
                        "gonder 1 Balance reminder",
                        "gonder 1 Something else",
                        "gonder 1 Balance reminder");
    }

    @Test
    void whenTheCountsDoNotSayWhoGotItAllOfItIsUnknownAndNothingIsSentAgain() throws IOException {
        notReached = 1;
        try (ConfigurableApplicationContext gateway = start("--caravan.accounts.main.settings.bulk=3")) {
            drop("to,text\n+905301230001,Hello\n+905301230002,Hello\n+905301230003,Hello\n");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(states(gateway)).hasSize(3).containsOnly("unknown 1"));
        }
        assertThat(calls).containsExactly("toplu-gonder 3 Hello");
    }

    @Test
    void aRecipientIsInACallOnce() throws IOException {
        try (ConfigurableApplicationContext gateway = start("--caravan.accounts.main.settings.bulk=3")) {
            drop("reference,to,text\na,+905301230001,Hello\nb,+905301230002,Hello\nc,+905301230001,Hello\n");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(states(gateway)).hasSize(3).containsOnly("sent 1"));
        }
        assertThat(calls).containsExactlyInAnyOrder("toplu-gonder 2 Hello", "gonder 1 Hello");
    }

    @Test
    void withoutTheSettingEachGoesAlone() throws IOException {
        try (ConfigurableApplicationContext gateway = start()) {
            drop("to,text\n+905301230001,Hello\n+905301230002,Hello\n");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(states(gateway)).hasSize(2).containsOnly("sent 1"));
        }
        assertThat(calls).containsExactly("gonder 1 Hello", "gonder 1 Hello");
    }

    private static List<String> states(ConfigurableApplicationContext gateway) throws SQLException {
        List<String> states = new ArrayList<>();
        try (Connection ledger = gateway.getBean(DataSource.class).getConnection();
                Statement statement = ledger.createStatement();
                ResultSet rows = statement.executeQuery("SELECT state, attempt FROM send")) {
            while (rows.next()) {
                states.add(rows.getString(1) + " " + rows.getInt(2));
            }
        }
        return states;
    }

    private void drop(String content) throws IOException {
        Path inbox = Files.createDirectories(home.resolve("inbox"));
        Path hidden = Files.writeString(inbox.resolve(".sends.csv"), content);
        Files.move(hidden, inbox.resolve("sends.csv"), StandardCopyOption.ATOMIC_MOVE);
    }

    private ConfigurableApplicationContext start(String... others) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--caravan.home=" + home,
                "--caravan.inbox.poll=100ms",
                "--caravan.inbox.settle=200ms",
                "--caravan.default-account=main",
                "--caravan.accounts.main.provider=pratikesnaf",
                "--caravan.accounts.main.base-url=" + stub.baseUrl(),
                "--caravan.accounts.main.rate=unlimited",
                "--caravan.accounts.main.timeout=60s",
                "--caravan.accounts.main.settings.token=token"));
        arguments.addAll(List.of(others));
        return new SpringApplicationBuilder(CaravanApplication.class).run(arguments.toArray(String[]::new));
    }
}
