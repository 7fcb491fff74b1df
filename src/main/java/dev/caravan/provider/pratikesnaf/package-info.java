/**
 * PratikEsnaf: the WhatsApp section of a Turkish business suite, where texts go by {@code POST gonder} and files, which
 * must already be on its server, by {@code POST dosya-gonder}; its log, {@code GET durum/{logId}}, tells what became of
 * them. Its token is configured, or obtained for a key and its secret. Nobody outside needs anything of this package by
 * name.
 */
package dev.caravan.provider.pratikesnaf;
