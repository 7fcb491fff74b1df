package dev.caravan.outcome;

import dev.caravan.ledger.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** One kind of what endpoints are told. */
interface News {

    /** How many an endpoint gets before it is noted that it has them. */
    int chunk();

    /**
     * What comes after a place, the oldest first.
     *
     * @param masked for a log, which shows no recipient and no text
     * @param limit at most so many
     */
    List<Item> after(Transaction transaction, long cursor, int limit, boolean masked) throws SQLException;

    /** An endpoint has got further. */
    default void delivered(Transaction transaction) throws SQLException {}

    /**
     * One message for an endpoint.
     *
     * @param id its place; rises with every one
     * @param headers by name; nothing that a component of Camel's would act on
     */
    record Item(long id, String body, Map<String, Object> headers) {}
}
