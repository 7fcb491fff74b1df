/**
 * The ledger: the database of every send, the only truth about it and the queue it waits in. SQLite or PostgreSQL over
 * JDBC; all writes of a gateway go through one {@link dev.caravan.ledger.Store}, which commits concurrent ones together.
 * Knows {@code message} and {@code account}.
 *
 * <p>A send comes in by {@link dev.caravan.ledger.Acceptance} and waits in {@link dev.caravan.ledger.SendQueue}. When a lane
 * has a start for it from {@link dev.caravan.ledger.Slots}, it is claimed; what became of it goes to
 * {@link dev.caravan.ledger.Settlements}, and what that says of its account to {@link dev.caravan.ledger.LaneControl}. Every
 * change of its state passes {@link dev.caravan.ledger.Transitions}.
 */
package dev.caravan.ledger;
