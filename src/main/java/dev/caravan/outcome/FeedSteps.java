package dev.caravan.outcome;

import dev.caravan.ledger.Feed;
import dev.caravan.ledger.Leases;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.News.Item;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a feed's route: what its endpoint has not got yet, and the note that it has it now. */
final class FeedSteps {

    private static final Logger LOG = LoggerFactory.getLogger(FeedSteps.class);

    /**
     * Variables of the route: which feed and endpoint, whether it is a log, whether more is waiting, how far this
     * goes, and how much of it the endpoint has.
     */
    static final String FEED = "feed";

    static final String ENDPOINT = "endpoint";
    static final String MASKED = "masked";
    static final String MORE = "more";
    static final String CURSOR = "cursor";
    static final String PROGRESS = "progress";

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
        exchange.setVariable(
                PROGRESS,
                new Progressing(feed, endpoint, items.stream().map(Item::id).toList(), new AtomicInteger()));
        exchange.getMessage()
                .setBody(items.stream().map(item -> message(exchange, item)).toList());
    }

    /** Step {@code news-delivered}: the endpoint has them, and gets them no more. */
    void delivered(Exchange exchange) {
        Long cursor = exchange.getVariable(CURSOR, Long.class);
        if (cursor != null) {
            Feed feed = exchange.getVariable(FEED, Feed.class);
            String endpoint = exchange.getVariable(ENDPOINT, String.class);
            delivered(feed, endpoint, cursor);
        }
    }

    private void delivered(Feed feed, String endpoint, long cursor) {
        store.write(transaction -> {
            feed.delivered(transaction, endpoint, cursor);
            news.get(feed).delivered(transaction);
            return null;
        });
    }

    /**
     * How much of a list its endpoint has; shared by the list's messages.
     *
     * @param ids of the list, in its order
     */
    private record Progressing(Feed feed, String endpoint, List<Long> ids, AtomicInteger told) {}

    /**
     * Step {@code news-told}: the endpoint has one more.
     *
     * @throws LedgerException when another gateway delivers to it by now: the rest would come in between
     */
    void told(Exchange exchange) {
        Progressing progress = exchange.getVariable(PROGRESS, Progressing.class);
        progress.told().incrementAndGet();
        if (!leases.isOurs(progress.feed().name(progress.endpoint()))) {
            throw new LedgerException("another gateway delivers to this endpoint", null);
        }
    }

    /**
     * Step {@code news-delivered-in-part}: the endpoint has failed, and gets no more what it had before. Else one that
     * fails now and then would get the beginning of a list again and again, and never its end.
     */
    void deliveredInPart(Exchange exchange) {
        Progressing progress = exchange.getVariable(PROGRESS, Progressing.class);
        int told = progress == null ? 0 : progress.told().get();
        if (told > 0) {
            try {
                delivered(progress.feed(), progress.endpoint(), progress.ids().get(told - 1));
            } catch (LedgerException away) {
                LOG.debug("An endpoint gets again what it has: {}", away.getMessage());
            }
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
