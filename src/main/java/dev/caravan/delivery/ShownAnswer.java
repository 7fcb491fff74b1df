package dev.caravan.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.Masking;
import dev.caravan.provider.Credentials;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A provider's answer as a send's history keeps it: at most 2 kB of it, without credentials, phone numbers and what the
 * send says, as far as the answer repeats it from its beginning.
 */
final class ShownAnswer {

    private static final int LONGEST_BYTES = 2_048;

    /** So much of a body is looked at. */
    private static final int READ = 4_096;

    /** So much of what is left of a longer one is dropped: a number may have been cut there. */
    private static final int UNSURE_END = 512;

    /** Shorter words are only taken out where they stand alone. */
    private static final int ALONE = 8;

    /**
     * Of a longer one so much of the beginning tells: a provider may repeat a text cut short, or in other letters from
     * there, and the rest of the string it stands in is taken out with it.
     */
    private static final int RECOGNISED = 12;

    private static final int SHORTEST = 2;
    private static final String BLOT = "***";

    /** What a send says in these fields of its own is nobody's secret; what its template's parameters are called is free. */
    private static final Set<String> PLAIN =
            Set.of("type", "priority", "category", "account", "reference", "sendAt", "expiresAt");

    private static final Set<String> PLAIN_OF_TEMPLATE = Set.of("name", "language");

    private static final JsonFactory JSON = new JsonFactory();

    private ShownAnswer() {}

    /**
     * @param contents the canonical messages, as JSON, that the call carried
     * @param found what had been looked up for it, a token for one; or null
     */
    static String of(String body, Credentials credentials, Collection<String> contents, String found) {
        // All of it, because one that is cut would not be recognised.
        String blotted = credentials.blotted(body);
        String shown = beginning(found == null || found.length() < SHORTEST ? blotted : without(blotted, found));
        for (String words : words(contents)) {
            shown = without(shown, words);
        }
        shown = Masking.blot(shown);
        int unsure = body.length() <= READ ? 0 : Math.min(UNSURE_END, shown.length());
        return cut(RetrySchedule.printable(shown.substring(0, shown.length() - unsure)));
    }

    private static String beginning(String text) {
        return text.length() <= READ ? text : text.substring(0, READ);
    }

    /** The longest first, for it may hold another. */
    private static List<String> words(Collection<String> contents) {
        Set<String> words = new HashSet<>();
        contents.forEach(content -> collect(content, words));
        return words.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    private static void collect(String content, Set<String> words) {
        try (JsonParser parser = JSON.createParser(content)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean says = token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_FLOAT;
                if (says && parser.getTextLength() >= SHORTEST && !isPlain(parser.getParsingContext())) {
                    words.add(beginning(parser.getText()));
                }
            }
        } catch (IOException damaged) {
            throw new IllegalStateException("the ledger holds a message that is not JSON", damaged);
        }
    }

    private static boolean isPlain(JsonStreamContext place) {
        String field = place.getCurrentName();
        if (field == null) {
            return false;
        }
        JsonStreamContext around = place.getParent();
        return around.inRoot()
                ? PLAIN.contains(field)
                : around.getParent().inRoot()
                        && "template".equals(around.getCurrentName())
                        && PLAIN_OF_TEMPLATE.contains(field);
    }

    private static String without(String text, String words) {
        StringBuilder rest = new StringBuilder(text.length());
        int kept = 0;
        int at = 0;
        while (at < text.length()) {
            int end = end(text, at, words);
            if (end > at) {
                rest.append(text, kept, at).append(BLOT);
                kept = end;
            }
            at = Math.max(end, at + 1);
        }
        return kept == 0 ? text : rest.append(text, kept, text.length()).toString();
    }

    /** Where words that begin at a place of the text end, written plainly or as in JSON; the place when others stand there. */
    private static int end(String text, int from, String words) {
        int at = from;
        int same = 0;
        while (same < words.length() && at < text.length()) {
            char expected = words.charAt(same);
            if (text.charAt(at) == expected) {
                at += text.startsWith("\\\\", at) ? 2 : 1;
            } else if (isEscaped(text, at, expected)) {
                at += text.charAt(at + 1) == 'u' ? 6 : 2;
            } else {
                break;
            }
            same++;
        }
        boolean whole = same == words.length() && (same >= ALONE || standsAlone(text, from, at));
        return whole ? at : same >= RECOGNISED ? endOfString(text, at) : from;
    }

    /** Where the string of JSON around a place ends; the end of a text that is no JSON, whose quotes say nothing. */
    private static int endOfString(String text, int from) {
        String beginning = text.stripLeading();
        if (!beginning.startsWith("{") && !beginning.startsWith("[")) {
            return text.length();
        }
        int at = from;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at, text.length());
    }

    private static boolean standsAlone(String text, int from, int end) {
        return (from == 0 || !Character.isLetterOrDigit(text.charAt(from - 1)))
                && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
    }

    private static boolean isEscaped(String text, int at, char expected) {
        if (text.charAt(at) != '\\' || at + 1 == text.length()) {
            return false;
        }
        return switch (text.charAt(at + 1)) {
            case 'n' -> expected == '\n';
            case 'r' -> expected == '\r';
            case 't' -> expected == '\t';
            case '"' -> expected == '"';
            case '/' -> expected == '/';
            case 'u' -> isHexadecimal(text, at + 2, expected);
            default -> false;
        };
    }

    private static boolean isHexadecimal(String text, int at, char expected) {
        int value = 0;
        for (int digit = at; digit < at + 4; digit++) {
            value = digit < text.length() ? value * 16 + Character.digit(text.charAt(digit), 16) : -1;
        }
        return value == expected;
    }

    private static String cut(String text) {
        int bytes = 0;
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (bytes > LONGEST_BYTES) {
                return text.substring(0, at);
            }
            at += Character.charCount(point);
        }
        return text;
    }
}
