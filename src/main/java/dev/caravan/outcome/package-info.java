/**
 * Outcomes: what endpoints are told (outcomes, events, and what recipients write), the reports of batches and their
 * progress. Reads a batch's file again through {@code intake}; otherwise knows {@code ledger} and {@code message}.
 */
package dev.caravan.outcome;
