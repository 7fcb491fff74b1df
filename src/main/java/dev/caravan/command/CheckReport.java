package dev.caravan.command;

import dev.caravan.intake.Rehearsed;
import dev.caravan.intake.Rehearsed.Example;
import dev.caravan.intake.Rehearsed.Share;
import dev.caravan.intake.Rejection;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What {@code check} says. */
final class CheckReport {

    private final PrintWriter out;

    CheckReport(PrintWriter out) {
        this.out = out;
    }

    /** @param ledgerProblem why the ledger was not asked, or null when it was */
    void print(String name, Rehearsed rehearsed, String ledgerProblem) {
        out.printf(
                "%s: %s, %s, %s. Nothing was sent or stored.%n",
                Printable.line(name),
                Printable.count(rehearsed.accepted(), "send", "sends"),
                Printable.count(rehearsed.duplicates(), "duplicate", "duplicates"),
                Printable.count(rehearsed.rejected(), "row rejected", "rows rejected"));
        rejections(out, rehearsed.rejections(), rehearsed.rejected(), "--all shows them");
        examples(rehearsed.examples());
        accounts(rehearsed.accounts());
        if (ledgerProblem != null) {
            out.printf(
                    "%nThe ledger was not asked (%s): what earlier files sent is not recognised, and what waits is not"
                            + " counted.%n",
                    Printable.line(ledgerProblem));
        }
        out.flush();
    }

    /**
     * Rejected rows.
     *
     * @param all how many there are, of which some may not be here
     * @param whereAll where those are
     */
    static void rejections(PrintWriter out, List<Rejection> rejections, long all, String whereAll) {
        if (all == 0) {
            return;
        }
        out.printf("%nRejected%n");
        rejections.forEach(
                rejection -> out.printf("  line %d: %s%n", rejection.line(), Printable.line(rejection.reason())));
        if (rejections.size() < all) {
            out.printf(Locale.ROOT, "  and %,d more; %s%n", all - rejections.size(), whereAll);
        }
    }

    private void examples(List<Example> examples) {
        if (examples.isEmpty()) {
            return;
        }
        out.printf("%nFirst texts%n");
        for (Example example : examples) {
            out.printf("  row %d, to %s%n", example.row(), Printable.line(example.to()));
            Printable.text(example.text()).lines().forEach(line -> out.printf("    | %s%n", line));
        }
    }

    private void accounts(List<Share> shares) {
        if (shares.isEmpty()) {
            return;
        }
        out.printf("%nAccounts%n");
        for (Share share : shares) {
            out.printf(
                    "  %s: %s%s, %s%s%s%n",
                    share.name(),
                    Printable.count(share.sends(), "send", "sends"),
                    share.waiting() == 0 ? "" : " after " + Printable.count(share.waiting(), "that waits", "that wait"),
                    share.seconds() == null
                            ? "as fast as it can"
                            : share.seconds() == 0 ? "at once" : "in about " + Printable.duration(share.seconds()),
                    share.expiring() == 0
                            ? ""
                            : "; "
                                    + Printable.count(
                                            share.expiring(), "expires before its turn", "expire before their turn"),
                    share.paused() == null
                            ? ""
                            : share.paused().equals("hand")
                                    ? "; paused by hand now"
                                    : "; paused now, as its provider refuses the account");
        }
    }
}
