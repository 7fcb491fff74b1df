package dev.caravan.api;

import java.util.regex.Pattern;

/** The header {@code traceparent} (W3C Trace Context, section 3.2). */
final class Traceparent {

    private static final Pattern FORM =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private Traceparent() {}

    /** The trace context of a request; null when there is none, or one that is malformed, which is to be ignored. */
    static String of(ApiRequest request) {
        String header = request.header("traceparent");
        return header != null && FORM.matcher(header).matches() ? header : null;
    }
}
