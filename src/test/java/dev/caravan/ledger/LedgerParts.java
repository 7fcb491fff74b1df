package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import java.util.List;

/** The parts of the ledger that one gateway has, put together as they are in it. */
public record LedgerParts(
        Acceptance acceptance,
        SendQueue queue,
        Settlements settlements,
        Transitions transitions,
        Recovery recovery,
        Lanes lanes,
        LaneControl laneControl,
        Slots slots) {

    /** With an empty blocklist, batches that no failure stops, and accounts without rules. */
    public static LedgerParts of(String gateway) {
        return of(gateway, new Blocklist(new byte[32]), 101);
    }

    /** With accounts that have rules, and else nothing of its own. */
    public static LedgerParts with(Account... accounts) {
        return of("here", new Blocklist(new byte[32]), 101, accounts);
    }

    /** With batches that stop when so many per cent of their first sends have failed. */
    public static LedgerParts stoppingAt(int stopBatchAt) {
        return of("here", new Blocklist(new byte[32]), stopBatchAt);
    }

    public static LedgerParts of(String gateway, Blocklist blocklist, int stopBatchAt, Account... withRules) {
        Accounts accounts = new Accounts(List.of(withRules), List.of(), null);
        Transitions transitions = new Transitions(stopBatchAt, accounts);
        Settlements settlements = new Settlements(gateway, transitions);
        SendQueue queue = new SendQueue(gateway, blocklist, settlements, accounts);
        return new LedgerParts(
                new Acceptance(),
                queue,
                settlements,
                transitions,
                new Recovery(gateway, settlements),
                new Lanes(accounts),
                new LaneControl(accounts),
                new Slots(queue, accounts));
    }
}
