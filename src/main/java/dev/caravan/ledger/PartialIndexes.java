package dev.caravan.ledger;

/**
 * The conditions of partial indexes, in their own words, without which neither database would use them. None is a list of
 * three or more: for such a list SQLite fills a table of its own at each statement that touches the row, which cost more
 * than all the rest of a claim.
 */
final class PartialIndexes {

    /**
     * Of {@code send_trouble}: failed, expired, unknown or cancelled. Said in a way that SQLite does not conclude from
     * {@code state = 'unknown'}, which has an index of its own.
     */
    static final String TROUBLE =
            "state NOT IN ('queued', 'sending') AND state NOT IN ('sent', 'delivered') AND state <> 'read'";

    /** Of {@code send_check}, beside {@code check_at IS NOT NULL}. */
    static final String ASKED_ABOUT = "(state = 'sent' OR state = 'delivered' OR state = 'unknown')";

    /**
     * Of {@code send_expiry}: every queued send. A statement that does not mean to read it says only that the state is queued:
     * where the queue was empty when PostgreSQL last analyzed the table, its planner takes this index for as good as any.
     */
    static final String QUEUED = "state = 'queued' AND expires_at > 0";

    /**
     * Of no index, although {@code send_claim} lists such sends: said of one that is found by its id, which no index is to
     * find instead, for the same reason.
     */
    static final String STILL_CLAIMABLE = "state || '' = 'queued' AND ready + 0 = 1";

    private PartialIndexes() {}
}
