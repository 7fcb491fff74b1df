package dev.caravan;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** An SQLite ledger looked at from outside, by plain SQL. */
final class LedgerFile {

    private final JdbcTemplate jdbc;

    LedgerFile(Path file) {
        jdbc = new JdbcTemplate(new DriverManagerDataSource("jdbc:sqlite:" + file + "?busy_timeout=10000"));
    }

    void run(String statement) {
        jdbc.execute(statement);
    }

    /** One number. */
    long number(String sql) {
        return jdbc.queryForObject(sql, Long.class);
    }

    /** The state of each send by its reference. */
    Map<String, String> states() {
        return jdbc
                .query(
                        "SELECT reference, state FROM send",
                        (row, index) -> Map.entry(row.getString(1), row.getString(2)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** How many sends are in each of these states. */
    List<Integer> counts(String... states) {
        return Arrays.stream(states)
                .map(state -> jdbc.queryForObject("SELECT count(*) FROM send WHERE state = ?", Integer.class, state))
                .toList();
    }

    /** The rows of a query, by the names of their columns. */
    List<Map<String, Object>> rows(String sql) {
        return jdbc.queryForList(sql);
    }
}
