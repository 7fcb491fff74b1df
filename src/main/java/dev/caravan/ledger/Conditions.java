package dev.caravan.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** The conditions of a query and their values, as they are put together. */
final class Conditions {

    private final StringBuilder sql = new StringBuilder("1 = 1");
    private final List<Object> values = new ArrayList<>();

    /** Adds one, unless its value is null. */
    Conditions and(String condition, Object value) {
        if (value != null) {
            sql.append(" AND ").append(condition);
            values.add(value);
        }
        return this;
    }

    /** Adds one without a value. */
    Conditions and(String condition) {
        sql.append(" AND ").append(condition);
        return this;
    }

    /** Adds that a column has one of some values, unless there are none. */
    Conditions in(String column, Collection<String> some) {
        if (!some.isEmpty()) {
            String marks = String.join(", ", Collections.nCopies(some.size(), "?"));
            sql.append(" AND ").append(column).append(" IN (").append(marks).append(')');
            values.addAll(some);
        }
        return this;
    }

    Conditions within(Reach reach) {
        return and("namespace = ?", reach.namespace()).in("account", reach.accounts());
    }

    String sql() {
        return sql.toString();
    }

    Object[] values() {
        return values.toArray();
    }

    /** The values of the conditions, then one more. */
    Object[] valuesAnd(Object last) {
        List<Object> all = new ArrayList<>(values);
        all.add(last);
        return all.toArray();
    }
}
