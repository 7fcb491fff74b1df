package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.intake.Rehearsed;
import dev.caravan.intake.Rehearsed.Example;
import dev.caravan.intake.Rehearsed.Share;
import dev.caravan.intake.Rejection;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code check} prints, to the letter. */
class CheckReportTest {

    @Test
    void everythingThereIsToSay() {
        Rehearsed rehearsed = new Rehearsed(
                1_204,
                1,
                2,
                List.of(new Rejection(7, 8, "to", "invalid-number", "to: this is no phone number")),
                List.of(
                        new Example(1, "+90********01", "Dear Ali,\nyour order has shipped."),
                        new Example(2, "+90********02", "[image] \u001b[31mred\u0007")),
                List.of(
                        new Share("crm", 1, 0, 0L, 0, null),
                        new Share("main", 1_200, 1, 3_660L, 17, "hand"),
                        new Share("slow", 2, 5, 187_200L, 1, "account"),
                        new Share("free", 1, 0, null, 0, null)),
                18);

        assertThat(print(rehearsed, "there is no ledger yet"))
                .isEqualTo(
                        """
                        orders.csv: 1,204 sends, 1 duplicate, 2 rows rejected. Nothing was sent or stored.

                        Rejected
                          line 8: to: this is no phone number
                          and 1 more; --all shows them

                        First texts
                          row 1, to +90********01
                            | Dear Ali,
                            | your order has shipped.
                          row 2, to +90********02
                            | [image] ?[31mred?

                        Accounts
                          crm: 1 send, at once
                          main: 1,200 sends after 1 that waits, in about 1 h 1 min; 17 expire before their turn; paused by hand now
                          slow: 2 sends after 5 that wait, in about 2 d 4 h; 1 expires before its turn; paused now, as its provider refuses the account
                          free: 1 send, as fast as it can

                        The ledger was not asked (there is no ledger yet): what earlier files sent is not recognised, and what waits is not counted.
                        """);
    }

    @Test
    void aCleanFileIsShort() {
        Rehearsed rehearsed =
                new Rehearsed(1, 0, 0, List.of(), List.of(), List.of(new Share("main", 1, 0, 46L, 0, null)), 0);

        assertThat(print(rehearsed, null))
                .isEqualTo(
                        """
                        orders.csv: 1 send, 0 duplicates, 0 rows rejected. Nothing was sent or stored.

                        Accounts
                          main: 1 send, in about 46 s
                        """);
    }

    private static String print(Rehearsed rehearsed, String ledgerProblem) {
        StringWriter text = new StringWriter();
        new CheckReport(new PrintWriter(text)).print("orders.csv", rehearsed, ledgerProblem);
        return text.toString().replace("\r\n", "\n");
    }
}
