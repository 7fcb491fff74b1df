/**
 * Intake: rows of files to sends, and their admission to the ledger. Knows {@code provider}, {@code account},
 * {@code ledger} and {@code message}.
 */
package dev.caravan.intake;
