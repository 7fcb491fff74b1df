package dev.caravan.ledger;

/**
 * The sends of one file or one request, and how far it has got.
 *
 * @param id a ULID
 * @param source {@code file} or {@code rest}
 * @param name of the file as it was dropped, or of the key that posted it
 * @param folder of the inbox, or null for the inbox itself
 * @param namespace of its references
 * @param path of the file now, below home; null for a request, and once it is no longer kept
 * @param report what its reports are called, before {@code .report.csv}; null like {@code path}
 * @param state {@code reading}, {@code read}, {@code finished} or {@code refused}
 * @param paused why none of its sends is claimed: {@code hand}, {@code held} because it is large, {@code failures} or
 *     {@code cancelled}; null when they are
 * @param rowsRead records committed; reading goes on after them
 * @param unfinished accepted sends without an end
 * @param failed sends that failed, and were not sent again
 * @param changes commits in which sends of it reached or left an end
 * @param createdAt in milliseconds
 * @param here whether its file and its reports, if it has any, are in the home of this gateway
 */
public record Batch(
        String id,
        String source,
        String name,
        String folder,
        String namespace,
        String path,
        String report,
        String state,
        String paused,
        long rowsRead,
        long accepted,
        long duplicates,
        long rejected,
        long unfinished,
        long failed,
        long changes,
        long createdAt,
        boolean here) {

    /** Whether its file is kept, which reports are made from. */
    public boolean hasFile() {
        return path != null;
    }

    /** Whether it came as a file, kept or not. */
    public boolean isFromFile() {
        return "file".equals(source);
    }

    public boolean isReading() {
        return "reading".equals(state);
    }

    public boolean isFinished() {
        return "finished".equals(state);
    }

    public boolean isRefused() {
        return "refused".equals(state);
    }
}
