package dev.caravan.command;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows how far a batch has got: one line drawn over on a terminal, otherwise a line now and then. */
final class ProgressLine {

    private static final int WIDTH = 30;
    private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(5);

    private final PrintWriter out;
    private final boolean isTerminal;
    private final LongSupplier nanos;
    private long next;
    private int drawn;

    /** @param nanos a clock that only runs forward */
    ProgressLine(PrintWriter out, boolean isTerminal, LongSupplier nanos) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.nanos = nanos;
        this.next = nanos.getAsLong();
    }

    void show(BatchStanding standing) {
        show(isTerminal ? bar(standing) + ' ' + text(standing) : text(standing), standing.isOver());
    }

    void away() {
        show("the gateway does not answer; trying again", false);
    }

    /** Leaves the line that is drawn over. */
    void end() {
        if (drawn > 0) {
            out.println();
            out.flush();
            drawn = 0;
        }
    }

    private void show(String line, boolean last) {
        if (isTerminal) {
            out.print('\r' + line + " ".repeat(Math.max(0, drawn - line.length())));
            drawn = line.length();
        } else if (last || nanos.getAsLong() - next >= 0) {
            out.println(line);
            next = nanos.getAsLong() + BETWEEN_LINES;
        }
        out.flush();
    }

    private static String bar(BatchStanding standing) {
        int filled = standing.accepted() == 0 ? WIDTH : (int) (WIDTH * standing.done() / standing.accepted());
        return '[' + "#".repeat(filled) + "-".repeat(WIDTH - filled) + ']';
    }

    private static String text(BatchStanding standing) {
        String done = String.format(Locale.ROOT, "%,d of %,d done", standing.done(), standing.accepted());
        return standing.isOver() ? done : done + ", " + outlook(standing);
    }

    private static String outlook(BatchStanding standing) {
        if (standing.paused() != null) {
            return switch (standing.paused()) {
                case "held" -> "held for its size until somebody resumes it";
                case "failures" -> "paused because too many of its first sends failed";
                case "cancelled" -> "cancelled";
                default -> "paused by hand";
            };
        }
        if (standing.rate() <= 0) {
            return "no end in sight yet";
        }
        long left = Math.round((standing.accepted() - standing.done()) / standing.rate());
        return String.format(
                Locale.ROOT, "%.1f/s, about %s left", standing.rate(), Printable.duration(Math.max(1, left)));
    }
}
