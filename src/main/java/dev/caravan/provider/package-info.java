/**
 * The provider contract and one package per provider. A pack turns a send and an account into the provider's request,
 * and the provider's answer into a verdict, by pure functions; the route of the same name does the call. Knows
 * {@code message} and {@code account}; a pack knows no other pack, and nothing outside a pack knows its name.
 */
package dev.caravan.provider;
