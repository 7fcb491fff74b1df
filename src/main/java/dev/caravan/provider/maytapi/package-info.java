/**
 * Maytapi: a WhatsApp Web session of an ordinary number, driven by one call, {@code POST
 * {product-id}/{phone-id}/sendMessage}. Its success means that the message waits in the phone's own queue, no more.
 * Nobody outside needs anything of this package by name.
 */
package dev.caravan.provider.maytapi;
