package dev.caravan.outcome;

import dev.caravan.ledger.Feed;
import dev.caravan.ledger.Leases;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.News.Item;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/** The steps of a feed's route: what its endpoint has not got yet, and the note that it has it now. */
final class FeedSteps {

    /** Variables of the route: which feed and endpoint, whether it is a log, whether more is waiting, how far this goes. */
    static final String FEED = "feed";

    static final String ENDPOINT = "endpoint";
    static final String MASKED = "masked";
    static final String MORE = "more";
    static final String CURSOR = "cursor";

    private final Store store;
    private final Leases leases;
    private final Map<Feed, News> news;

    FeedSteps(Store store, Leases leases, Map<Feed, News> news) {
        this.leases = leases;
        this.store = store;
        this.news = Map.copyOf(news);
    }

    /**
     * Step {@code next-news}: the body becomes a list of messages, a limited number; none while another gateway delivers
     * to the endpoint.
     */
    void next(Exchange exchange) {
        Feed feed = exchange.getVariable(FEED, Feed.class);
        String endpoint = exchange.getVariable(ENDPOINT, String.class);
        boolean masked = exchange.getVariable(MASKED, Boolean.class);
        News source = news.get(feed);
        List<Item> items = leases.isOurs(feed.name(endpoint))
                ? store.read(transaction ->
                        source.after(transaction, feed.cursor(transaction, endpoint), source.chunk(), masked))
                : List.of();
        exchange.setVariable(MORE, items.size() == source.chunk());
        exchange.setVariable(
                CURSOR, items.isEmpty() ? null : items.get(items.size() - 1).id());
        exchange.getMessage()
                .setBody(items.stream().map(item -> message(exchange, item)).toList());
    }

    /** Step {@code news-delivered}: the endpoint has them, and gets them no more. */
    void delivered(Exchange exchange) {
        Long cursor = exchange.getVariable(CURSOR, Long.class);
        if (cursor != null) {
            Feed feed = exchange.getVariable(FEED, Feed.class);
            String endpoint = exchange.getVariable(ENDPOINT, String.class);
            store.write(transaction -> {
                feed.delivered(transaction, endpoint, cursor);
                news.get(feed).delivered(transaction);
                return null;
            });
        }
    }

    private static Object message(Exchange exchange, Item item) {
        if (item.headers().isEmpty()) {
            return item.body();
        }
        Message message = new DefaultMessage(exchange.getContext());
        message.setBody(item.body());
        message.setHeaders(item.headers());
        return message;
    }
}
