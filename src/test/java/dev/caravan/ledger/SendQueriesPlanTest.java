package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which index SQLite answers each question with: what is rare is found without reading what is not. */
class SendQueriesPlanTest {

    @TempDir
    private Path directory;

    @Test
    void everyUsualQuestionIsAnsweredByAnIndex() throws SQLException {
        try (TemporaryLedger ledger = TemporaryLedger.sqlite(directory)) {
            ledger.store().write(transaction -> {
                LedgerParts parts = LedgerParts.of("here");
                parts.lanes().register(transaction, List.of("main"));
                return parts.acceptance().insert(transaction, draft().of("b", 1).send());
            });
            for (State state : Set.of(State.FAILED, State.EXPIRED, State.UNKNOWN, State.CANCELLED)) {
                assertThat(plan(ledger, new SendFilter(null, null, Set.of(state), "main", null, "bad", null)))
                        .as("%s", state)
                        .contains("send_trouble")
                        .doesNotContain("TEMP B-TREE");
            }
            assertThat(plan(ledger, new SendFilter(null, null, Set.of(State.FAILED), null, "b", null, null)))
                    .contains("send_trouble")
                    .doesNotContain("TEMP B-TREE");
            assertThat(plan(ledger, new SendFilter(null, null, Set.of(), null, "b", null, null)))
                    .contains("send_batch")
                    .doesNotContain("TEMP B-TREE");
            assertThat(plan(ledger, new SendFilter(null, null, Set.of(State.SENDING), null, null, null, null)))
                    .contains("send_flight");
            assertThat(plan(ledger, new SendFilter(null, null, Set.of(State.QUEUED), null, null, null, null)))
                    .contains("USING INDEX send_");
            assertThat(plan(ledger, new SendFilter("default", "order-1", Set.of(), null, null, null, null)))
                    .contains("idempotency_key=?");
            assertThat(plan(ledger, SendFilter.ALL))
                    .contains("sqlite_autoindex_send_1")
                    .doesNotContain("TEMP B-TREE");
        }
    }

    @Test
    void whatIsToBeAskedAboutIsFoundByItsIndex() throws SQLException {
        Checks checks = new Checks();
        try (TemporaryLedger ledger = TemporaryLedger.sqlite(directory)) {
            for (Store.Work<?> question : List.<Store.Work<?>>of(
                    transaction -> checks.accountsDue(transaction, 1),
                    transaction -> checks.isDue(transaction, "main", 1),
                    transaction -> checks.oldest(transaction, "main", 10, 1))) {
                assertThat(plan(ledger, asked(ledger, question).get(0)))
                        .contains("USING INDEX send_check (account=? AND check_at<?)")
                        .doesNotContain("TEMP B-TREE");
            }
        }
    }

    @Test
    void theSendOfAReportIsFoundByAnIndex() throws SQLException {
        try (TemporaryLedger ledger = TemporaryLedger.sqlite(directory)) {
            Deliveries deliveries = LedgerParts.of("here").deliveries();
            Reported report = new Reported(List.of("a"), State.READ, null, null, null, null, null, null);

            List<String> asked = asked(
                    ledger,
                    transaction ->
                            deliveries.apply(transaction, "pigeon", List.of("main", "other"), report, OnLedger.NOW));

            assertThat(asked).hasSize(2);
            assertThat(plan(ledger, asked.get(0))).contains("send_message");
            assertThat(plan(ledger, asked.get(1)))
                    .contains("SEARCH further_id USING COVERING INDEX sqlite_autoindex_further_id_1 (message_id=?)")
                    .contains("SEARCH send USING INDEX sqlite_autoindex_send_1 (id=?)");
        }
    }

    /** Where a provider did not answer many calls, as many unknown sends meet as many reports on nobody's messages. */
    @Test
    void theSendsThatAKeptReportHintsAtAreFoundByTheirRecipient() throws SQLException {
        try (TemporaryLedger ledger = TemporaryLedger.sqlite(directory)) {
            Deliveries deliveries = LedgerParts.of("here").deliveries();
            Reported report = new Reported(List.of("a"), State.READ, null, null, null, null, "905301234567", null);
            Deliveries.Kept kept = new Deliveries.Kept(1, "main", report, OnLedger.NOW, 0);

            List<String> asked = asked(ledger, transaction -> {
                deliveries.hint(transaction, "pigeon", List.of("main", "other"), kept, OnLedger.NOW);
                return null;
            });

            assertThat(plan(ledger, asked.get(0))).contains("USING INDEX send_unknown (recipient=?");
        }
    }

    private static String plan(TemporaryLedger ledger, SendFilter filter) throws SQLException {
        List<String> asked =
                asked(ledger, transaction -> new SendQueries().page(transaction, filter, Reach.ALL, null, 10));
        return plan(ledger, asked.get(asked.size() - 1));
    }

    /** The texts of the queries that a piece of work consists of. */
    private static List<String> asked(TemporaryLedger ledger, Store.Work<?> work) throws SQLException {
        List<String> asked = new ArrayList<>();
        try (Connection connection = ledger.dataSource().getConnection();
                Transaction noting = new Transaction(noting(connection, asked), Dialect.SQLITE)) {
            work.run(noting);
        }
        return asked;
    }

    private static String plan(TemporaryLedger ledger, String query) throws SQLException {
        List<String> steps = new ArrayList<>();
        try (Connection connection = ledger.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("EXPLAIN QUERY PLAN " + query);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                steps.add(rows.getString("detail"));
            }
        }
        return String.join("; ", steps);
    }

    /** The connection, with the text of each query kept. */
    private static Connection noting(Connection connection, List<String> asked) {
        return (Connection) Proxy.newProxyInstance(
                SendQueriesPlanTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, values) -> {
                    if (method.getName().equals("prepareStatement")) {
                        asked.add((String) values[0]);
                    }
                    return method.invoke(connection, values);
                });
    }
}
