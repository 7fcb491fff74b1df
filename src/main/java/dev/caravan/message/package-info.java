/**
 * The canonical message: what a sender wants delivered, whatever door it came through and whichever provider carries
 * it. Knows no other package, no framework, no database and no provider. Everybody may come in.
 */
package dev.caravan.message;
