/**
 * The REST door: who may come in, and what is answered. Its routes are in {@code routes/intake}; its steps take a request
 * as a record of ours, and every refusal is a {@link dev.caravan.api.Problem}.
 */
package dev.caravan.api;
