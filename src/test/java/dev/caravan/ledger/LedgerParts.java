package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    public StandIns standIns() {
        return new StandIns(transitions);
    }

    public Deliveries deliveries() {
        return new Deliveries(transitions);
    }

    /** What people do to sends of these accounts. */
    public SendControl sendControl(Store store, Accounts accounts) {
        return new SendControl(store, settlements, transitions, accounts, Map.of());
    }

    /** Of a gateway that has its ledger for itself. */
    public Presence presence(Store store) {
        return new Presence(store, recovery, "here", Set.of(), Presence.SILENCE);
    }

    /** As a gateway does when it starts, with accounts that send nothing again. */
    public int recover(Transaction transaction, long now) throws SQLException {
        return recovery.recover(transaction, Set.of(), now);
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
