package dev.caravan.provider;

import java.util.List;

/** What came of asking a provider whom an account could send from. */
public sealed interface Listing {

    /** In the provider's order unless its pack says otherwise; may be empty. */
    record Listed(List<Sender> senders) implements Listing {
        public Listed {
            senders = List.copyOf(senders);
        }
    }

    /** There was no answer, or one that is no list: the verdict on it, as if it answered a send. */
    record NotListed(Verdict verdict) implements Listing {}

    /** The provider has no list to ask for. */
    record NotSupported(String reason) implements Listing {}
}
