package dev.caravan.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;

/** {@code POST /api/v1/batches} over a socket, of a whole gateway. */
@RestDoor.Started
class BatchesApiTest {

    private static final String BATCHES = "/api/v1/batches";
    private static final String CSV = "text/csv";
    private static final String LINES = "application/x-ndjson";

    @Autowired
    private Environment environment;

    @Autowired
    private Store store;

    @Autowired
    private Batches batches;

    @Autowired
    private JdbcTemplate ledger;

    private RestDoor door;

    @BeforeEach
    void open() {
        door = RestDoor.of(environment);
    }

    @Test
    void goodRowsAreAcceptedAndBadOnesTold() {
        HttpResponse<String> answer = post(
                CSV,
                "reference,to,name,text\nb-1,+905301234501,Ali,Dear {{name}}\nb-2,12,Ayşe,Hi\nb-3,+905301234503,,{{name}}!\n");

        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode receipt = json(answer);
        assertThat(answer.headers().firstValue("Location"))
                .hasValue(BATCHES + "/" + receipt.path("id").asText());
        assertCounts(receipt, 1, 0, 2);
        assertThat(receipt.at("/rejections/0/row").asLong()).isEqualTo(2);
        assertThat(receipt.at("/rejections/0/line").asLong()).isEqualTo(3);
        assertThat(receipt.at("/rejections/0/field").asText()).isEqualTo("to");
        assertThat(receipt.at("/rejections/0/code").asText()).isEqualTo("invalid-number");
        assertThat(receipt.at("/rejections/1/code").asText()).isEqualTo("empty-column");
        assertThat(batch(receipt).state()).isNotEqualTo("reading");
    }

    @Test
    void arrayAndLinesAreTheSameSends() {
        String one = "{\"reference\":\"same-1\",\"to\":\"+905301234501\",\"text\":\"One\"}";
        String two = "{\"reference\":\"same-2\",\"to\":\"+905301234502\",\"text\":\"Two\"}";

        assertCounts(json(post("application/json", "[" + one + "," + two + "]")), 2, 0, 0);
        assertCounts(json(post(LINES, one + "\n\n" + two + "\n")), 0, 2, 0);
        assertCounts(json(post("application/json", one)), 0, 1, 0);
    }

    @Test
    void rowsWithoutReferenceAreRecognisedByTheirCellsOrTheIdempotencyKey() {
        String rows = "to,text\n+905301234501,Cells\n+905301234501,Cells\n";

        assertCounts(json(post(CSV, rows)), 2, 0, 0);
        assertCounts(json(post(CSV, rows + "+905301234502,Cells\n")), 1, 2, 0);
        JsonNode keyed = json(post(CSV, rows, "Idempotency-Key", "upload-1"));
        assertCounts(keyed, 2, 0, 0);
        assertCounts(json(post(CSV, rows, "Idempotency-Key", "upload-1")), 0, 2, 0);
        assertThat(post(CSV, rows, "Idempotency-Key", "k".repeat(181)).statusCode())
                .isEqualTo(422);
    }

    @Test
    void charsetOfTheContentTypeIsHonoured() {
        byte[] turkish = "to,text\n+905301234501,Güneşli ığdır\n".getBytes(Charset.forName("windows-1254"));

        assertThat(door.post(BATCHES, "text/csv; charset=windows-1254", BodyPublishers.ofByteArray(turkish))
                        .statusCode())
                .isEqualTo(202);
        HttpResponse<String> undeclared = door.post(BATCHES, CSV, BodyPublishers.ofByteArray(turkish));
        assertThat(undeclared.statusCode()).isEqualTo(400);
        assertThat(undeclared.body()).doesNotContain("Güne");
        assertThat(door.post(BATCHES, "text/csv; charset=none-such", BodyPublishers.ofByteArray(turkish))
                        .statusCode())
                .isEqualTo(415);
    }

    @Test
    void bodyThatCannotBeReadFromTheStartIsRefused() {
        assertThat(code(post(CSV, ""))).isEqualTo("unreadable-body");
        assertThat(code(post(CSV, "to,text\n"))).isEqualTo("unreadable-body");
        assertThat(code(post("application/json", "nonsense"))).isEqualTo("unreadable-body");
        assertThat(code(post("application/json", "[]"))).isEqualTo("unreadable-body");
        assertThat(code(post("application/x-www-form-urlencoded", "to=1"))).isEqualTo("unsupported-media-type");
    }

    @Test
    void faultOnTheWayKeepsTheRowsBeforeIt() {
        String rows = IntStream.range(0, 1_200)
                .mapToObj(row -> "{\"to\":\"+905301234501\",\"text\":\"Broken %d\"}".formatted(row))
                .collect(Collectors.joining(","));

        HttpResponse<String> answer = post("application/json", "[" + rows + ", {]");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(code(answer)).isEqualTo("broken-body");
        assertCounts(json(answer), 1_200, 0, 0);
        assertThat(json(answer).path("detail").asText()).contains("row 1200");
        assertCounts(json(post("application/json", "[" + rows + "]")), 0, 1_200, 0);
    }

    @Test
    void malformedByteOnTheWayKeepsTheRowsBeforeIt() throws IOException {
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        body.write("to,text\n+905301234501,Before the byte\n".getBytes(UTF_8));
        body.write("+905301234502,G\u00fc\n".getBytes(ISO_8859_1));

        HttpResponse<String> answer = door.post(BATCHES, CSV, BodyPublishers.ofByteArray(body.toByteArray()));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(code(answer)).isIn("broken-body", "unreadable-body");
    }

    @Test
    void lostConnectionKeepsTheRowsBeforeIt() throws Exception {
        String head = "POST /api/v1/batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + RestDoor.KEY
                + "\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000000\r\n\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(UTF_8));
            out.write(rows("lost-", 0, 700).getBytes(UTF_8));
            out.flush();
        }

        awaitBatch(700, "read");
    }

    @Test
    void fullQueueOnTheWayKeepsTheRowsBeforeIt() {
        String rows = IntStream.range(0, 600)
                .mapToObj(row ->
                        "{\"account\":\"tiny\",\"to\":\"+905301234501\",\"text\":\"Full %d\",\"sendAt\":\"2099-01-01T00:00:00Z\"}\n"
                                .formatted(row))
                .collect(Collectors.joining());

        HttpResponse<String> answer = post(LINES, rows);

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(code(answer)).isEqualTo("queue-full");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertCounts(json(answer), 500, 0, 0);
        assertThat(batch(json(answer).path("batch").asText()).rowsRead()).isEqualTo(500);
    }

    @Test
    void rowsAreStoredWhileTheBodyIsStillArriving() throws Exception {
        String head = "POST /api/v1/batches HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                + RestDoor.KEY + "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(UTF_8));
            chunk(out, rows("arriving-", 0, 600));

            awaitBatch(500, "reading");

            chunk(out, rows("arriving-", 600, 610));
            out.write("0\r\n\r\n".getBytes(UTF_8));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), UTF_8)).contains("202").contains("\"accepted\":610");
        }
    }

    @Test
    void batchIsShownStoppedAndGoesOn() {
        String id = json(post(LINES, rows("control-", 0, 3))).path("id").asText();
        String batch = BATCHES + "/" + id;

        JsonNode shown = json(door.get(batch));
        assertThat(shown.at("/counts/queued").asInt()).isEqualTo(3);
        assertThat(shown.path("source").asText()).isEqualTo("rest");
        assertThat(shown.path("name").asText()).isEqualTo("all");
        assertThat(shown.has("paused")).isFalse();
        assertThat(OffsetDateTime.parse(shown.path("estimatedEnd").asText()).toInstant())
                .as("when they are to be sent")
                .isEqualTo("2099-01-01T00:00:00Z");

        assertThat(code(door.post(batch + "/resume", ""))).isEqualTo("wrong-state");
        assertThat(json(door.post(batch + "/pause", "")).path("paused").asText())
                .isEqualTo("hand");
        assertThat(code(door.post(batch + "/pause", ""))).isEqualTo("wrong-state");
        assertThat(json(door.post(batch + "/resume", "")).has("paused")).isFalse();
        assertThat(json(door.post(batch + "/cancel", "")).path("paused").asText())
                .isEqualTo("cancelled");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> json(door.get(batch)).at("/counts/cancelled").asInt() == 3);
        assertThat(code(door.post(batch + "/cancel", ""))).isEqualTo("wrong-state");
        assertThat(code(door.get(BATCHES + "/none"))).isEqualTo("not-found");
        assertThat(code(door.post(BATCHES + "/none/pause", ""))).isEqualTo("not-found");
        assertThat(code(door.with(RestDoor.LIMITED).get(batch))).isEqualTo("not-found");
    }

    @Test
    void aBatchOfAnotherNamespaceIsNotThere() {
        RestDoor tenant = door.with(RestDoor.TENANT);
        String foreign = json(post(LINES, rows("foreign-", 0, 1))).path("id").asText();
        String own = json(tenant.post(BATCHES, LINES, BodyPublishers.ofString(rows("own-", 0, 1))))
                .path("id")
                .asText();

        assertThat(code(tenant.get(BATCHES + "/" + foreign))).isEqualTo("not-found");
        assertThat(code(tenant.get(BATCHES + "/" + foreign + "/report"))).isEqualTo("not-found");
        for (String change : List.of("/pause", "/resume", "/cancel")) {
            assertThat(code(tenant.post(BATCHES + "/" + foreign + change, "")))
                    .as(change)
                    .isEqualTo("not-found");
        }
        assertThat(tenant.get(BATCHES + "/" + own).statusCode()).isEqualTo(200);
        assertThat(tenant.get(BATCHES + "/" + own + "/report").statusCode()).isEqualTo(200);
        assertThat(tenant.post(BATCHES + "/" + own + "/cancel", "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void reportTellsOfEveryRowAndRunsNoFormula() throws IOException {
        JsonNode receipt = json(
                post(
                        CSV,
                        "reference,to,text,note\nreport-1,+905301234501,=1+1,x\nreport-2,12,b,\nreport-1,+905301234501,=1+1,\n"));

        HttpResponse<String> report =
                door.get(BATCHES + "/" + receipt.path("id").asText() + "/report");

        assertThat(report.headers().firstValue("Content-Type")).hasValue("text/csv;charset=UTF-8");
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(report.body())) {
            List<NamedCsvRecord> rows = csv.stream().toList();
            assertThat(rows).extracting(row -> row.getField("line")).containsExactly("2", "3", "4");
            assertThat(rows)
                    .extracting(row -> row.getField("reference"))
                    .containsExactly("report-1", "report-2", "report-1");
            assertThat(rows).extracting(row -> row.getField("to")).startsWith("+905301234501", "12");
            assertThat(rows.get(0).getField("text")).isEqualTo("'=1+1");
            assertThat(rows.get(1).getField("status")).isEqualTo("rejected");
            assertThat(rows.get(1).getField("error_code")).isEqualTo("invalid-number");
            assertThat(rows.get(2).getField("status")).isEqualTo("duplicate");
            assertThat(rows.get(2).getField("send_id")).isEqualTo(rows.get(0).getField("send_id"));
        }
    }

    @Test
    void reportOfManyRowsHasAllOfThem() {
        String id = json(post(LINES, rows("many-", 0, 2_345))).path("id").asText();

        assertThat(door.get(BATCHES + "/" + id + "/report").body().lines()).hasSize(2_346);
    }

    @Test
    void halfAReportIsNotTakenForAllOfIt() {
        String id = json(post(LINES, rows("damaged-", 0, 2_345))).path("id").asText();
        ledger.update("UPDATE send SET content = '{' WHERE batch = ? AND row_number = 2000", id);

        assertThatThrownBy(() -> door.get(BATCHES + "/" + id + "/report")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void uploadsThatHangKeepNobodyOut() throws IOException {
        String head = "POST /api/v1/batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + RestDoor.KEY
                + "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
        List<Socket> hanging = new ArrayList<>();
        try {
            for (int upload = 0; upload < 300; upload++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
                hanging.add(socket);
                socket.getOutputStream().write(head.getBytes(UTF_8));
            }

            assertThat(assertTimeoutPreemptively(Duration.ofSeconds(20), () -> door.get("/actuator/health")
                            .statusCode()))
                    .isEqualTo(200);
        } finally {
            for (Socket socket : hanging) {
                socket.close();
            }
        }
    }

    private static String rows(String marker, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(row ->
                        "{\"reference\":\"%s%d\",\"to\":\"+905301234501\",\"text\":\"a\",\"sendAt\":\"2099-01-01T00:00:00Z\"}\n"
                                .formatted(marker, row))
                .collect(Collectors.joining());
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(UTF_8));
        out.write(bytes);
        out.write("\r\n".getBytes(UTF_8));
        out.flush();
    }

    @Test
    void onlyTheFirstThousandRejectionsAreTold() {
        String rows = "x,text\n".repeat(1_500);

        JsonNode receipt = json(post(CSV, "to,text\n" + rows));

        assertCounts(receipt, 0, 0, 1_500);
        assertThat(receipt.path("rejections")).hasSize(1_000);
    }

    @Test
    void dryRunTellsAndStoresNothing() {
        String rows = "reference,to,name,text\ndry-1,+905301234501,Ali,Dear {{name}}\ndry-2,12,Ayşe,Hi\n";

        HttpResponse<String> answer = door.post(BATCHES + "?dryRun=true", CSV, BodyPublishers.ofString(rows));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertCounts(json(answer), 1, 0, 1);
        assertThat(json(answer).at("/examples/0/text").asText()).isEqualTo("Dear Ali");
        assertThat(json(answer).at("/rejections/0/code").asText()).isEqualTo("invalid-number");
        assertThat(json(answer).at("/accounts/0/name").asText()).isEqualTo("main");
        assertCounts(json(post(CSV, rows)), 1, 0, 1);
        assertThat(code(door.post(BATCHES + "?dryRun=yes", CSV, BodyPublishers.ofString(rows))))
                .isEqualTo("invalid-parameter");
        assertThat(code(door.post(
                        BATCHES + "?dryRun=true", "application/json", BodyPublishers.ofString("[{\"to\":\"1\"}, {]"))))
                .isEqualTo("broken-body");
    }

    @Test
    void misspeltParameterIsRefusedRatherThanPassedOver() {
        HttpResponse<String> answer = door.post(BATCHES + "?dryrun=true", CSV, BodyPublishers.ofString("to,text\n"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("field").asText()).isEqualTo("dryrun");
    }

    private void awaitBatch(long rows, String state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> store.read(batches::running).stream()
                .anyMatch(batch -> batch.rowsRead() == rows && batch.state().equals(state)));
    }

    private HttpResponse<String> post(String type, String body, String... headers) {
        return door.post(BATCHES, type, BodyPublishers.ofString(body), headers);
    }

    private Batch batch(JsonNode receipt) {
        return batch(receipt.path("id").asText());
    }

    private Batch batch(String id) {
        return store.read(transaction -> batches.find(transaction, id)).orElseThrow();
    }

    private static void assertCounts(JsonNode answer, int accepted, int duplicates, int rejected) {
        assertThat(answer.path("accepted").asInt()).as(answer.toString()).isEqualTo(accepted);
        assertThat(answer.path("duplicates").asInt()).as(answer.toString()).isEqualTo(duplicates);
        assertThat(answer.path("rejected").asInt()).as(answer.toString()).isEqualTo(rejected);
    }

    private static String code(HttpResponse<String> answer) {
        return json(answer).path("code").asText();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Contract.json(answer.body());
    }
}
