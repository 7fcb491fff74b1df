package dev.caravan.api;

/** What a credential says of who presents it. */
sealed interface Identity {

    /** The namespace of callers that have none of their own. */
    String NAMESPACE = "default";

    /** It is good. */
    record Proven(Caller caller) implements Identity {}

    /** It is not. */
    record Unproven(Problem problem) implements Identity {}

    /** It is none that is known. */
    static Identity invalid() {
        return new Unproven(Problem.of(
                401, "invalid-key", "This key is not known here. Send one of caravan.api.keys as `Bearer <key>`."));
    }
}
