package dev.caravan.provider;

import java.util.Arrays;

/** What a simulator does with a recipient: chosen by the last four digits of the number, so a caller can provoke it. */
public enum Fate {
    /** Any other number: accepted. */
    ACCEPTED(""),
    /** Accepted, but the answer has no message id. */
    UNTRACKABLE("0200"),
    /** Refused for a reason of the message. */
    PERMANENT("0400"),
    /** Refused for a reason of the account. */
    ACCOUNT("0401"),
    /** Refused as too fast the first time a text is sent to the number, accepted after that. */
    THROTTLED("0429"),
    /** Accepted, and then answered with an HTTP 500. */
    UNKNOWN("0500"),
    /** Not taken (HTTP 503) the first two times a text is sent to the number, accepted after that. */
    TRANSIENT("0503");

    private final String ending;

    Fate(String ending) {
        this.ending = ending;
    }

    /** The last four digits of a number that meets this fate; empty for {@link #ACCEPTED}. */
    public String ending() {
        return ending;
    }

    /** The fate of a number, written in whatever form the provider uses. */
    public static Fate of(String number) {
        String digits = number.replaceAll("\\D", "");
        return Arrays.stream(values())
                .filter(fate -> !fate.ending.isEmpty() && digits.endsWith(fate.ending))
                .findFirst()
                .orElse(ACCEPTED);
    }
}
