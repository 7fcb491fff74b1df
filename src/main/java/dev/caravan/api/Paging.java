package dev.caravan.api;

import java.util.Map;

/** Which page of a list is asked for: the parameters {@code limit} and {@code cursor}. */
final class Paging {

    static final int USUAL = 50;
    static final int MOST = 500;

    private Paging() {}

    /** Entries of a page. */
    static int limit(Map<String, String> query) {
        String written = query.get("limit");
        if (written == null) {
            return USUAL;
        }
        // Of more digits than a limit can have, none is parsed.
        if (written.matches("[0-9]{1,4}")) {
            int limit = Integer.parseInt(written);
            if (limit >= 1 && limit <= MOST) {
                return limit;
            }
        }
        throw new ProblemException(400, "invalid-parameter", "limit: write a number from 1 to " + MOST + ".", "limit");
    }

    static ProblemException invalidCursor() {
        return new ProblemException(
                400, "invalid-parameter", "cursor: write the `next` of a page of this same list.", "cursor");
    }
}
