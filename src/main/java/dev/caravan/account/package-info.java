/**
 * Accounts: named credentials at a provider, each with its own pace, and the choice of one for a send that names none.
 * Knows {@code message} only.
 */
package dev.caravan.account;
