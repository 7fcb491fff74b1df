package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a batch's progress looks. */
class ProgressLineTest {

    private final StringWriter text = new StringWriter();
    private long seconds;

    @Test
    void terminalGetsOneLineThatIsDrawnOver() {
        ProgressLine progress = line(true);
        progress.show(new BatchStanding("read", null, 1_000, Map.of("queued", 500L, "sending", 4L, "sent", 496L), 12));
        progress.away();
        progress.show(new BatchStanding("finished", null, 1_000, Map.of("sent", 1_000L), 12));
        progress.end();

        assertThat(text.toString().replace(System.lineSeparator(), "\n").split("\r"))
                .extracting(String::stripTrailing)
                .containsExactly(
                        "",
                        "[##############----------------] 496 of 1,000 done, 12.0/s, about 42 s left",
                        "the gateway does not answer; trying again",
                        "[##############################] 1,000 of 1,000 done");
    }

    @Test
    void logGetsALineNowAndThenAndTheLastOne() {
        ProgressLine progress = line(false);
        for (seconds = 0; seconds < 12; seconds++) {
            progress.show(new BatchStanding("read", null, 20, Map.of("queued", 20 - seconds, "sent", seconds), 1));
        }
        progress.show(new BatchStanding("finished", null, 20, Map.of("sent", 20L), 0));
        progress.end();

        assertThat(text.toString().lines())
                .containsExactly(
                        "0 of 20 done, 1.0/s, about 20 s left",
                        "5 of 20 done, 1.0/s, about 15 s left",
                        "10 of 20 done, 1.0/s, about 10 s left",
                        "20 of 20 done");
    }

    @Test
    void batchThatStandsStillSaysWhy() {
        ProgressLine progress = line(false);
        for (String why : new String[] {"hand", "held", "failures", null}) {
            progress.show(new BatchStanding("read", why, 2, Map.of("queued", 2L), 0));
            seconds += 10;
        }

        assertThat(text.toString().lines())
                .containsExactly(
                        "0 of 2 done, paused by hand",
                        "0 of 2 done, held for its size until somebody resumes it",
                        "0 of 2 done, paused because too many of its first sends failed",
                        "0 of 2 done, no end in sight yet");
    }

    private ProgressLine line(boolean isTerminal) {
        return new ProgressLine(new PrintWriter(text), isTerminal, () -> TimeUnit.SECONDS.toNanos(seconds));
    }
}
