package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.intake.DropFolder;
import dev.caravan.intake.Row;
import dev.caravan.intake.Rows;
import dev.caravan.ledger.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.springframework.util.FileSystemUtils;

/** What a cell holds comes back as it was from a report that is dropped again, and sends nothing a second time. */
class ReportRoundTripTest {

    private Path home;
    private DropFolder inbox;
    private Reports reports;
    private int files;

    @BeforeProperty
    void open() throws IOException {
        home = Files.createTempDirectory("caravan-");
        inbox = new DropFolder(home, 1_000_000);
        reports = new Reports(
                home.resolve("reports"), Clock.system(DropFolder.ZONE), inbox.store(), inbox.batches(), inbox.files());
    }

    @AfterProperty
    void close() throws IOException {
        inbox.close();
        FileSystemUtils.deleteRecursively(home);
    }

    @Property(tries = 60)
    void anyCellSurvivesAReport(@ForAll @Size(min = 1, max = 10) List<@Size(3) List<@From("cells") String>> rows)
            throws IOException {
        List<List<String>> original = new ArrayList<>();
        for (List<String> cells : rows) {
            List<String> row = new ArrayList<>(cells);
            row.add(0, original.size() % 2 == 0 ? "+905301234567" : "12");
            original.add(row);
        }
        Batch batch = inbox.drop(
                "file-" + ++files + ".csv",
                "to,text,one,=two\n"
                        + original.stream().map(ReportRoundTripTest::quoted).collect(Collectors.joining("\n")));
        assertThat(own(batch)).isEqualTo(original);

        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setBody(batch);
        reports.write(exchange);
        Path report = home.resolve("reports").resolve(batch.report() + ".report.csv");
        Batch again = inbox.drop(null, "again-" + files + ".csv", Files.readAllBytes(report));

        assertThat(own(again)).isEqualTo(original);
        assertThat(again.accepted()).isZero();
        assertThat(again.rejected()).isEqualTo(batch.rejected());
    }

    @Provide
    Arbitrary<String> cells() {
        Arbitrary<String> telling = Arbitraries.of(
                        "'",
                        "''",
                        "=",
                        "+",
                        "-",
                        "@",
                        "\t",
                        "\r",
                        "\n",
                        "\r\n",
                        "\"",
                        "\"\"",
                        ",",
                        ";",
                        "0",
                        "+90",
                        "1.5",
                        "\uFF1D",
                        "\u05E9\u05DC",
                        "\u202E",
                        "\u200F",
                        "\uD83D\uDE00",
                        "\uFEFF",
                        "\u00A0",
                        "{{one}}",
                        "{{",
                        "\\",
                        " ")
                .list()
                .ofMaxSize(5)
                .map(parts -> String.join("", parts));
        Arbitrary<String> any = Arbitraries.integers()
                .between(1, Character.MAX_CODE_POINT)
                // Halves of a pair alone cannot be written in any encoding of a file.
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .map(Character::toString)
                .list()
                .ofMaxSize(8)
                .map(points -> String.join("", points));
        return Arbitraries.oneOf(List.of(telling, any));
    }

    private static String quoted(List<String> cells) {
        return cells.stream()
                .map(cell -> '"' + cell.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(","));
    }

    private List<List<String>> own(Batch batch) throws IOException {
        List<List<String>> own = new ArrayList<>();
        try (Rows rows = inbox.files().open(batch)) {
            while (rows.hasNext()) {
                Row row = rows.next();
                own.add(rows.own(row));
            }
        }
        return own;
    }
}
