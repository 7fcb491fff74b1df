package dev.caravan.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** Runs commands, and keeps what they print. */
final class Console {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Queue<String> answers = new ArrayDeque<>();
    private final CommandLine line;

    Console() {
        this(Map.of(), List.of());
    }

    /** @param configuration {@code --key=value} each */
    Console(Map<String, String> environment, List<String> configuration) {
        line = Commands.line(new Surroundings(
                        environment,
                        false,
                        question -> {
                            out.append(question);
                            return answers.poll();
                        },
                        Duration.ofMillis(10),
                        Duration.ofMillis(500),
                        new ArrayList<>(configuration)))
                .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .setUsageHelpAutoWidth(false)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }

    /** What somebody at the terminal will say; without it nobody is there. */
    void answer(String said) {
        answers.add(said);
    }

    int run(Object... arguments) {
        return line.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    String out() {
        return out.toString().replace("\r\n", "\n");
    }

    String err() {
        return err.toString().replace("\r\n", "\n");
    }
}
