/**
 * The command line: what can be asked of {@code java -jar caravan.jar} beside starting the gateway. Knows {@code intake},
 * {@code account} and {@code ledger}; a running gateway is only talked to over its interface.
 */
package dev.caravan.command;
