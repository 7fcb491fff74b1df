/**
 * The command line: what can be asked of {@code java -jar caravan.jar} beside starting the gateway. Knows {@code intake},
 * {@code account}, {@code provider}, {@code message}, {@code ledger}, of {@code delivery} how a provider is called and what
 * a verdict leads to, and of {@code api} how keys are made; a running gateway is only talked to over its interface.
 */
package dev.caravan.command;
