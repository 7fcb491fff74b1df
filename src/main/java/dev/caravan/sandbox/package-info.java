/**
 * The sandbox: the providers simulated over HTTP for trying Caravan without an account, in the profile {@code sandbox}
 * only. Knows {@code provider}; nothing knows the sandbox.
 */
package dev.caravan.sandbox;
