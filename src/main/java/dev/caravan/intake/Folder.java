package dev.caravan.intake;

/**
 * A folder of the inbox, and how its files are read.
 *
 * @param name below the inbox, or null for the inbox itself
 * @param account for rows that name none, or null when routing chooses
 * @param namespace of its references
 * @param format of its files
 * @param isConfigured whether the configuration has an entry for it, rather than an account of its name
 */
record Folder(String name, String account, String namespace, FileFormat format, boolean isConfigured) {}
