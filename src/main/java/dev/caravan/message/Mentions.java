package dev.caravan.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds a recipient in text that somebody else wrote: a phone number by its last eight digits, with blanks, dashes, dots,
 * brackets or characters beyond ASCII between them or without; any other id as it is written. Used by one thread.
 */
public final class Mentions {

    private static final int TELLING_DIGITS = 8;
    private static final int BUFFER = 64 * 1024;
    private static final Pattern NOT_DIGITS = Pattern.compile("[^0-9]+");

    private final byte[] telling;
    private final boolean isNumber;

    /** @param recipient normalised */
    public Mentions(String recipient) {
        String digits = NOT_DIGITS.matcher(recipient).replaceAll("");
        this.isNumber = recipient.startsWith("+") && digits.length() >= TELLING_DIGITS;
        this.telling = (isNumber
                        ? digits.substring(digits.length() - TELLING_DIGITS)
                        : recipient.toLowerCase(Locale.ROOT))
                .getBytes(StandardCharsets.UTF_8);
    }

    public boolean in(String text) {
        Search search = new Search();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            if (search.finds(one)) {
                return true;
            }
        }
        return false;
    }

    /** In bytes of any encoding that writes digits as ASCII does, with or without zeros between them. */
    public boolean in(InputStream bytes) throws IOException {
        Search search = new Search();
        byte[] buffer = new byte[BUFFER];
        for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
            for (int index = 0; index < count; index++) {
                if (search.finds(buffer[index])) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The last bytes that count, in a ring. */
    private final class Search {

        private final byte[] latest = new byte[telling.length];
        private int count;

        private boolean finds(byte one) {
            if (one == 0 || isNumber && isBetweenDigits(one)) {
                return false;
            }
            if (isNumber && !isDigit(one)) {
                count = 0;
                return false;
            }
            latest[count++ % latest.length] = one >= 'A' && one <= 'Z' ? (byte) (one + 'a' - 'A') : one;
            if (count < latest.length) {
                return false;
            }
            if (count == 2 * latest.length) {
                count -= latest.length;
            }
            for (int index = 0; index < latest.length; index++) {
                if (latest[(count + index) % latest.length] != telling[index]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static boolean isDigit(byte one) {
        return one >= '0' && one <= '9';
    }

    private static boolean isBetweenDigits(byte one) {
        // Below zero is a byte of a character beyond ASCII: blanks that do not break, long dashes, marks of direction.
        return one < 0 || one == ' ' || one == '-' || one == '.' || one == '(' || one == ')' || one == '/';
    }
}
