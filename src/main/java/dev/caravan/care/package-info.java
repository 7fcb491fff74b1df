/**
 * Care for what is kept: what is old is deleted, the ledger's figures are compared, and a recipient's data is found, handed
 * out and erased, in the ledger ({@code ledger}), in the files of batches ({@code intake}) and in their reports ({@code
 * outcome}).
 */
package dev.caravan.care;
