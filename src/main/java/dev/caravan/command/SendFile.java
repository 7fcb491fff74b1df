package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.intake.Rejection;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Posts a file to a running gateway, and watches until every row of it has its end. */
@Command(
        name = "send",
        sortOptions = false,
        header = "Sends a file through a running gateway, and waits for its end.",
        description = {
            "",
            "Hands the file to POST /api/v1/batches and shows how far it has got. When the gateway is started anew"
                    + " meanwhile, it goes on. Sending the same file again is safe: its rows are recognised.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar send orders.csv --key @key.txt",
            "  java -jar caravan.jar send orders.csv --url https://hub.example --no-wait",
            "",
            "Exit codes: 0 every send is sent, delivered or read; 1 rows were rejected or",
            "  sends ended otherwise; 2 the file cannot be read, or the gateway refuses it;",
            "  3 the gateway cannot be reached, refuses the key, or takes no more now.",
            "  With --no-wait only what is known at once counts."
        })
final class SendFile implements Callable<Integer> {

    private static final int FIRST_REJECTIONS = 20;
    private static final String KEY_VARIABLE = "CARAVAN_KEY";

    /** What a header can carry: anything else the client would refuse, and repeat in its refusal. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.[0-9.]+|\\[::1]");
    private static final Pattern ID = Pattern.compile("[0-9A-Za-z]+");

    @ParentCommand
    private Caravan caravan;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A .csv, .json or .jsonl file.")
    private Path file;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "The gateway's address; otherwise ${DEFAULT-VALUE}.")
    private String url;

    @Option(
            names = "--key",
            paramLabel = "KEY|@FILE",
            description = "The key, or the file that holds it; otherwise the environment variable " + KEY_VARIABLE
                    + ". Other users of this machine can see a key that stands here.")
    private String key;

    @Option(
            names = "--idempotency-key",
            paramLabel = "TEXT",
            description = "Rows without a reference get TEXT#1, TEXT#2 … as theirs.")
    private String idempotencyKey;

    @Option(names = "--charset", paramLabel = "NAME", description = "The encoding of a CSV file; otherwise UTF-8.")
    private String charset;

    @Option(names = "--no-wait", description = "Ends when the rows are accepted.")
    private boolean noWait;

    @Option(names = "--report", paramLabel = "FILE", description = "Writes the report there at the end.")
    private Path report;

    @Option(
            names = "--all",
            description = "Shows up to 1,000 rejected rows, not only the first " + FIRST_REJECTIONS + ".")
    private boolean all;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        SourceFile source = SourceFile.of(file);
        GatewayClient gateway = new GatewayClient(address(url), key());
        PrintWriter out = spec.commandLine().getOut();

        JsonNode receipt = gateway.post(file, contentType(source), idempotencyKey());
        String id = id(receipt);
        long rejected = receipt.path("rejected").asLong();
        out.printf(
                "%s is batch %s: %s, %s, %s%n",
                Printable.line(source.name()),
                id,
                Printable.count(receipt.path("accepted").asLong(), "send", "sends"),
                Printable.count(receipt.path("duplicates").asLong(), "duplicate", "duplicates"),
                Printable.count(rejected, "row rejected", "rows rejected"));
        CheckReport.rejections(
                out, rejections(receipt), rejected, all ? "the report has them all" : "--all and the report show them");
        out.flush();

        long failures = noWait ? 0 : watch(gateway, id, out);
        if (report == null) {
            out.printf("%nThe report is at %s%n", gateway.report(id));
        } else {
            gateway.download(id, report);
            out.printf("%nThe report is in %s%n", report);
        }
        out.flush();
        return rejected == 0 && failures == 0 ? ExitCode.WELL : ExitCode.SOME_FAILED;
    }

    /** How many sends ended otherwise than they should. */
    private long watch(GatewayClient gateway, String id, PrintWriter out) {
        out.println();
        ProgressLine progress = new ProgressLine(out, caravan.surroundings().isTerminal(), System::nanoTime);
        try {
            BatchStanding end = follow(gateway, id, progress);
            progress.end();
            out.println(end.counts().entrySet().stream()
                    .map(count -> count.getValue() + " " + count.getKey())
                    .collect(Collectors.joining(", ")));
            return end.failures();
        } finally {
            progress.end();
        }
    }

    private BatchStanding follow(GatewayClient gateway, String id, ProgressLine progress) {
        long answered = System.nanoTime();
        while (true) {
            try {
                BatchStanding standing = BatchStanding.of(gateway.batch(id));
                progress.show(standing);
                if (standing.isOver()) {
                    return standing;
                }
                answered = System.nanoTime();
            } catch (GatewayAwayException away) {
                Duration silence = Duration.ofNanos(System.nanoTime() - answered);
                if (silence.compareTo(caravan.surroundings().patience()) > 0) {
                    throw away;
                }
                progress.away();
            }
            Waiting.during(caravan.surroundings().poll());
        }
    }

    private URI address(String written) {
        URI address = GatewayAddress.of(written)
                .orElseThrow(() ->
                        usage("--url: write the gateway's address, as https://hub.example or http://127.0.0.1:8080"));
        if (!GatewayAddress.isHttps(address)
                && !LOOPBACK.matcher(address.getHost()).matches()) {
            spec.commandLine().getErr().println("Over http:// the key and the file can be read on their way.");
        }
        return address;
    }

    private String key() {
        String found = key == null ? caravan.surroundings().environment().get(KEY_VARIABLE) : key;
        if (found == null || found.isBlank()) {
            throw usage("There is no key: write --key @FILE, or set " + KEY_VARIABLE
                    + ". `keys new` makes one that the gateway then has to know.");
        }
        if (found.startsWith("@")) {
            try {
                found = Files.readString(Path.of(found.substring(1)), StandardCharsets.UTF_8);
            } catch (IOException | InvalidPathException unreadable) {
                throw usage("--key: the file after the @ cannot be read");
            }
        }
        return printable("--key", found.strip());
    }

    private String idempotencyKey() {
        return idempotencyKey == null ? null : printable("--idempotency-key", idempotencyKey);
    }

    private static String printable(String option, String value) {
        if (!TOKEN.matcher(value).matches()) {
            throw usage(option + ": write ASCII characters without spaces, and nothing else");
        }
        return value;
    }

    private String contentType(SourceFile source) {
        if (charset == null) {
            return source.contentType();
        }
        if (!source.contentType().equals("text/csv")) {
            throw usage("--charset: only CSV can have another encoding than UTF-8");
        }
        try {
            return source.contentType() + "; charset="
                    + Charset.forName(charset).name();
        } catch (IllegalArgumentException unknown) {
            throw usage("--charset: there is no such encoding; write one as windows-1254");
        }
    }

    private static String id(JsonNode receipt) {
        String id = receipt.path("id").asText("");
        if (!ID.matcher(id).matches()) {
            throw new CommandFailedException(
                    ExitCode.GATEWAY, "the gateway's answer names no batch; look at --url, and at both versions");
        }
        return id;
    }

    private List<Rejection> rejections(JsonNode receipt) {
        List<Rejection> rejections = new ArrayList<>();
        for (JsonNode rejection : receipt.path("rejections")) {
            if (all || rejections.size() < FIRST_REJECTIONS) {
                rejections.add(new Rejection(
                        rejection.path("row").asLong(),
                        rejection.path("line").asLong(),
                        rejection.path("field").asText(""),
                        rejection.path("code").asText(""),
                        rejection.path("reason").asText("")));
            }
        }
        return rejections;
    }

    private static CommandFailedException usage(String message) {
        return new CommandFailedException(ExitCode.USAGE, message);
    }
}
