package dev.caravan.intake;

import dev.caravan.message.InvalidSendException;
import dev.caravan.message.SendJson;
import java.util.function.UnaryOperator;

/**
 * {@code {{column}}} and {@code {{column|default}}} in a cell. What is put in is never looked at again, and nothing but
 * columns of the same row can be named.
 */
final class Placeholders {

    private static final String OPENING = "{{";
    private static final String CLOSING = "}}";
    private static final int LONGEST_SHOWN = 60;

    private Placeholders() {}

    /**
     * The text with every placeholder replaced.
     *
     * @param field the JSON name of what is filled, for the reason
     * @param columns the cell of a column, or null when there is no such column
     * @throws InvalidSendException when a column does not exist, or is empty and there is no default
     */
    static String fill(String field, String text, UnaryOperator<String> columns) {
        int opening = text.indexOf(OPENING);
        if (opening < 0) {
            return text;
        }
        StringBuilder filled = new StringBuilder(text.length() + 64);
        int done = 0;
        while (opening >= 0) {
            int closing = text.indexOf(CLOSING, opening);
            if (closing < 0) {
                throw new InvalidSendException(
                        field, "unknown-column", field + ": a {{ is not followed by the name of a column and }}");
            }
            filled.append(text, done, opening);
            filled.append(value(field, text.substring(opening + OPENING.length(), closing), columns));
            if (filled.length() > SendJson.LONGEST_TEXT) {
                throw new InvalidSendException(
                        field, "text-too-long", field + ": at most 65,536 characters, with the columns filled in");
            }
            done = closing + CLOSING.length();
            opening = text.indexOf(OPENING, done);
        }
        return filled.append(text, done, text.length()).toString();
    }

    private static String value(String field, String placeholder, UnaryOperator<String> columns) {
        int bar = placeholder.indexOf('|');
        String column = bar < 0 ? placeholder : placeholder.substring(0, bar);
        String value = columns.apply(column);
        if (value == null) {
            throw new InvalidSendException(field, "unknown-column", field + ": there is no column " + shown(column));
        }
        if (!value.isBlank()) {
            return value.strip();
        }
        if (bar < 0) {
            throw new InvalidSendException(
                    field,
                    "empty-column",
                    field + ": column " + shown(column)
                            + " is empty in this row; fill it in, or give a default as in {{" + column.strip()
                            + "|…}}");
        }
        return placeholder.substring(bar + 1);
    }

    /** A name is named; what is too long or broken to be one may be the message's text. */
    private static String shown(String column) {
        boolean isName = column.length() <= LONGEST_SHOWN && column.chars().noneMatch(Character::isISOControl);
        return isName ? "'" + column.strip() + "'" : "of such a name";
    }
}
