package dev.caravan.intake;

import dev.caravan.message.InvalidSendException;

/** Which quotes of a CSV record are open, told line by line; a quote opens a field only as its first character. */
final class Quotes {

    private static final int MOST_LINES = 100;
    private static final int MOST_CHARACTERS = 1024 * 1024;

    private final char delimiter;
    private boolean open;
    private int field = 1;
    private int fieldLines;
    private int fieldCharacters;

    Quotes(char delimiter) {
        this.delimiter = delimiter;
    }

    /** Whether the record goes on in the next line. */
    boolean isOpen() {
        return open;
    }

    /**
     * Goes through the next line of the record.
     *
     * @return what is wrong with it, or null
     */
    InvalidSendException follow(String line) {
        int index = 0;
        if (open && ++fieldLines > MOST_LINES) {
            return unclosed("within " + MOST_LINES + " lines");
        }
        while (index < line.length()) {
            if (!open && line.charAt(index) == '"') {
                open = true;
                fieldLines = 1;
                fieldCharacters = 0;
                index++;
            }
            if (open) {
                int end = closing(line, index);
                fieldCharacters += (end < 0 ? line.length() : end) - index;
                if (fieldCharacters > MOST_CHARACTERS) {
                    return tooLong();
                }
                if (end < 0) {
                    return null;
                }
                open = false;
                index = end + 1;
                if (index < line.length() && line.charAt(index) != delimiter) {
                    return goesOn();
                }
            } else {
                int end = line.indexOf(delimiter, index);
                index = end < 0 ? line.length() : end;
            }
            if (index < line.length()) {
                field++;
                index++;
            }
        }
        return null;
    }

    /** The first quote that is not doubled, or -1. */
    private static int closing(String line, int from) {
        int quote = line.indexOf('"', from);
        while (quote >= 0 && quote + 1 < line.length() && line.charAt(quote + 1) == '"') {
            quote = line.indexOf('"', quote + 2);
        }
        return quote;
    }

    private InvalidSendException goesOn() {
        if (fieldLines > 1) {
            return unclosed("in its line");
        }
        return fault("invalid-quote", "goes on after its closing quote; write a quote inside a quoted field twice");
    }

    InvalidSendException unclosed(String where) {
        return fault("unclosed-quote", "opens a quote that is not closed " + where);
    }

    InvalidSendException tooLong() {
        return fault("record-too-long", "is quoted and longer than 1 MiB; check that its quote is closed");
    }

    private InvalidSendException fault(String code, String reason) {
        return new InvalidSendException("", code, "field " + field + " " + reason);
    }
}
