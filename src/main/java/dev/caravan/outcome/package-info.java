/**
 * Outcomes: the outbox read for each endpoint, the reports of batches and their progress. Reads a batch's file again
 * through {@code intake}; otherwise knows {@code ledger} and {@code message}.
 */
package dev.caravan.outcome;
