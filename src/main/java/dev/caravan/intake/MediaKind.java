package dev.caravan.intake;

/** What the body of a request holds. */
public enum MediaKind {
    /** {@code text/csv}: a header and rows. */
    CSV,
    /** {@code application/x-ndjson}: one object per line. */
    LINES,
    /** {@code application/json}: an array of objects, or one object. */
    JSON
}
