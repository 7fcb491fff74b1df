/**
 * The ledger: the database of every send, the only truth about it and the queue it waits in. SQLite or PostgreSQL over
 * JDBC; all writes of a gateway go through one {@link dev.caravan.ledger.Store}, which commits concurrent ones together.
 * Knows {@code message} and {@code account}.
 */
package dev.caravan.ledger;
