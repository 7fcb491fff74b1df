package dev.caravan.provider;

import java.util.Arrays;
import java.util.List;

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
    /** Accepted, and the connection is cut in the middle of the answer. */
    CUT("0502"),
    /** Not taken (HTTP 503) the first two times a text is sent to the number, accepted after that. */
    TRANSIENT("0503"),
    /** Accepted, and never answered. */
    SILENT("0504"),
    /** Accepted; the report says later that it could not be delivered. */
    UNDELIVERED("0610"),
    /** Accepted; the reports come twice and in the wrong order. */
    DISORDERED("0611"),
    /** Accepted; no report ever comes. */
    UNREPORTED("0612");

    private final String ending;

    Fate(String ending) {
        this.ending = ending;
    }

    /** The last four digits of a number that meets this fate; empty for {@link #ACCEPTED}. */
    public String ending() {
        return ending;
    }

    /** Whether a message to the number is taken, whatever becomes of the answer. */
    public boolean isTaken() {
        return switch (this) {
            case PERMANENT, ACCOUNT, THROTTLED, TRANSIENT -> false;
            default -> true;
        };
    }

    /** How the answer to a message that is taken travels. */
    public Simulator.Conduct conduct() {
        return switch (this) {
            case SILENT -> Simulator.Conduct.SILENT;
            case CUT -> Simulator.Conduct.CUTS;
            default -> Simulator.Conduct.ANSWERS;
        };
    }

    /** What is reported of a message that was taken and has an id, in the order in which it is told. */
    public List<Delivery> deliveries() {
        return switch (this) {
            case PERMANENT, ACCOUNT, UNREPORTED -> List.of();
            case UNDELIVERED -> List.of(Delivery.SENT, Delivery.FAILED);
            case DISORDERED -> List.of(Delivery.READ, Delivery.DELIVERED, Delivery.DELIVERED, Delivery.SENT);
            default -> List.of(Delivery.SENT, Delivery.DELIVERED, Delivery.READ);
        };
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
