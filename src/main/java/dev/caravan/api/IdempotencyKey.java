package dev.caravan.api;

/** The header {@code Idempotency-Key}. */
final class IdempotencyKey {

    /** As long as a reference may be. */
    static final int LONGEST = 200;

    /** With {@code #} and the number of a row it is still a reference. */
    static final int LONGEST_OF_BATCH = 180;

    private static final String HEADER = "Idempotency-Key";

    private IdempotencyKey() {}

    /**
     * The key of a request, or null.
     *
     * @throws ProblemException {@code invalid-reference} when it is longer than {@code most} characters, or holds others
     *     than the printable ones of ASCII, on whose bytes clients and servers agree
     */
    static String of(ApiRequest request, int most) {
        String header = request.header(HEADER);
        String key = header == null ? "" : header.strip();
        if (key.isEmpty()) {
            return null;
        }
        if (key.length() > most || key.chars().anyMatch(character -> character < ' ' || character > '~')) {
            throw new ProblemException(
                    422, "invalid-reference", HEADER + " has at most " + most + " printable ASCII characters.", HEADER);
        }
        return key;
    }
}
