package dev.caravan.ledger;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Everything of a table in the order of its keys, a limited number of rows in each read, as they are asked for. */
final class Walk<K, T> implements Iterator<List<T>> {

    private final int step;
    private final Function<K, List<T>> read;
    private final Function<T, K> key;
    private K after;

    /** @param read the next rows after a key, at most {@code step} */
    private Walk(K before, int step, Function<K, List<T>> read, Function<T, K> key) {
        this.after = before;
        this.step = step;
        this.read = read;
        this.key = key;
    }

    /**
     * The rows step by step. Between two steps nothing is held in the database, and rows may be changed or deleted.
     *
     * @param before all keys
     * @param read the next rows after a key, at most {@code step} of them
     */
    static <K, T> Stream<List<T>> of(K before, int step, Function<K, List<T>> read, Function<T, K> key) {
        Iterator<List<T>> walk = new Walk<>(before, step, read, key);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(walk, Spliterator.ORDERED), false);
    }

    @Override
    public boolean hasNext() {
        return after != null;
    }

    @Override
    public List<T> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<T> rows = read.apply(after);
        after = rows.size() < step ? null : key.apply(rows.get(step - 1));
        return rows;
    }
}
