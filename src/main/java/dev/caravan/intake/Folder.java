package dev.caravan.intake;

/**
 * A folder of the inbox, and how its files are read.
 *
 * @param origin of its sends; the scope is the folder's name below the inbox, or null for the inbox itself
 * @param format of its files
 * @param isConfigured whether the configuration has an entry for it, rather than an account of its name
 */
record Folder(Origin origin, FileFormat format, boolean isConfigured) {}
