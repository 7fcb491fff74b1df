/**
 * The JMS door: the broker it can start, the connection to one, messages as sends, and the replies to who waits for their
 * end. Hands sends to {@code intake}, reads the ledger, and tells outcomes in the words of {@code outcome}.
 */
package dev.caravan.jms;
