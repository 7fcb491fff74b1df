package dev.caravan.outcome;

import dev.caravan.ledger.Feed;

/**
 * One of those who are told something.
 *
 * @param name in logs and metrics, where its URI may not appear: {@code outcomes-1}, by its place in the configuration
 * @param cursor under which its place in the feed is kept
 * @param uri of Camel's
 */
record FeedEndpoint(Feed feed, String name, String cursor, String uri) {

    private static final String BOUND = "responseTimeout";

    /** What kind it is: {@code http}, {@code log}. */
    String scheme() {
        int colon = uri.indexOf(':');
        return colon < 0 ? uri : uri.substring(0, colon);
    }

    /** The URI, so that nobody waits for ever for a server that never answers, which is Camel's way. */
    String boundedUri() {
        if (!scheme().equals("http") && !scheme().equals("https") || uri.contains(BOUND + '=')) {
            return uri;
        }
        return uri + (uri.contains("?") ? '&' : '?') + BOUND + "=30000";
    }
}
