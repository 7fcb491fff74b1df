package dev.caravan.ledger;

/**
 * The sends of one file, and how far it has got.
 *
 * @param id a ULID
 * @param name of the file as it was dropped
 * @param folder of the inbox, or null for the inbox itself
 * @param namespace of its references
 * @param path of the file now, below home
 * @param report what its reports are called, before {@code .report.csv}
 * @param state {@code reading}, {@code read}, {@code finished} or {@code refused}
 * @param rowsRead records committed; reading goes on after them
 * @param unfinished accepted sends without an end
 * @param changes commits in which sends of it reached or left an end
 * @param createdAt in milliseconds
 */
public record Batch(
        String id,
        String name,
        String folder,
        String namespace,
        String path,
        String report,
        String state,
        long rowsRead,
        long accepted,
        long duplicates,
        long rejected,
        long unfinished,
        long changes,
        long createdAt) {

    public boolean isReading() {
        return "reading".equals(state);
    }

    public boolean isRefused() {
        return "refused".equals(state);
    }
}
