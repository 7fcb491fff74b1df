package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What the README promises of the sandbox's magic recipients, through the whole gateway and back over its webhooks. */
class SandboxFatesIT {

    private static final List<String> REPORTING = List.of("wapcrm-sandbox", "texter-sandbox");

    private static final Map<String, String> ENDS = Map.of(
            "1111", "read",
            "0200", "sent",
            "0500", "unknown",
            "0502", "unknown",
            "0504", "unknown",
            "0610", "failed",
            "0611", "read",
            "0612", "sent");

    @TempDir
    private Path home;

    @Test
    void everyMagicRecipientMeetsItsFate() throws IOException {
        try (ConfigurableApplicationContext gateway = start()) {
            StringBuilder rows = new StringBuilder("reference,account,to,text\n");
            for (String account : REPORTING) {
                ENDS.keySet()
                        .forEach(ending -> rows.append(
                                "%s %s,%s,+90530123%s,Hello %s\n".formatted(account, ending, account, ending, ending)));
            }
            drop(rows.toString());

            Map<String, String> expected = new HashMap<>();
            REPORTING.forEach(account -> ENDS.forEach((ending, end) -> expected.put(account + " " + ending, end)));
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(() -> assertThat(states(gateway)).containsAllEntriesOf(expected));
        }
    }

    private static Map<String, String> states(ConfigurableApplicationContext gateway) throws SQLException {
        Map<String, String> states = new HashMap<>();
        try (Connection ledger = gateway.getBean(DataSource.class).getConnection();
                Statement statement = ledger.createStatement();
                ResultSet rows = statement.executeQuery("SELECT reference, state FROM send")) {
            while (rows.next()) {
                states.put(rows.getString(1), rows.getString(2));
            }
        }
        return states;
    }

    private void drop(String content) throws IOException {
        Path inbox = Files.createDirectories(home.resolve("inbox"));
        Path hidden = Files.writeString(inbox.resolve(".fates.csv"), content);
        Files.move(hidden, inbox.resolve("fates.csv"), StandardCopyOption.ATOMIC_MOVE);
    }

    private ConfigurableApplicationContext start() throws IOException {
        return new SpringApplicationBuilder(CaravanApplication.class)
                .profiles("sandbox")
                .run(
                        "--server.port=" + Installation.freePort(),
                        "--caravan.home=" + home,
                        "--caravan.jms.listen=",
                        "--caravan.inbox.poll=100ms",
                        "--caravan.inbox.settle=200ms",
                        "--caravan.accounts.wapcrm-sandbox.timeout=3s",
                        "--caravan.accounts.texter-sandbox.timeout=3s");
    }
}
