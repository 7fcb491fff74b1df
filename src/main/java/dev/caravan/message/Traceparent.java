package dev.caravan.message;

import java.util.regex.Pattern;

/** A caller's trace context as one text (W3C Trace Context, section 3.2). */
public final class Traceparent {

    private static final Pattern FORM =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private Traceparent() {}

    /** The text as it is; null when it is null or malformed, which is to be ignored. */
    public static String of(String text) {
        return text != null && FORM.matcher(text).matches() ? text : null;
    }
}
