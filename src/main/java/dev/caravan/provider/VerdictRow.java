package dev.caravan.provider;

import dev.caravan.provider.Verdict.Wait;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A row of a provider's verdict table: what an answer must show, and what it means then. All conditions that are not
 * null must hold. A code and a text are looked at in refusals only ({@link Reading.Refused}), an HTTP status in every
 * answer that is no acceptance. The class is always our inference.
 *
 * @param http the HTTP status, or null for any
 * @param code the provider's code, or null for any
 * @param text found in the provider's words after {@link #fold}, or null for any
 * @param kind what it means
 * @param pause how long a throttled account waits, which {@code Retry-After} overrules in a row with an HTTP status;
 *     null for {@code Retry-After}, or else the usual backoff
 * @param lookAgain whether a fresh look-up may cure it, once
 * @param name the code of the verdict where the provider gives none, in kebab-case; null for {@code http-<status>}
 * @param meaning one phrase for people, which stands in where the provider has no words
 * @param source who says that it means this
 */
public record VerdictRow(
        Integer http,
        String code,
        Pattern text,
        Kind kind,
        Wait pause,
        boolean lookAgain,
        String name,
        String meaning,
        Source source) {

    /** The verdicts that a table can give. */
    public enum Kind {
        SENT,
        PERMANENT,
        /** Permanent, and the recipient wants no more such messages. */
        OPTED_OUT,
        THROTTLED,
        TRANSIENT,
        ACCOUNT,
        UNKNOWN
    }

    public VerdictRow {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(meaning, "meaning");
        Objects.requireNonNull(source, "source");
    }

    /** A refusal with a code of the provider's. */
    public static VerdictRow code(String code, Kind kind, String meaning, Source source) {
        return new VerdictRow(null, code, null, kind, null, false, null, meaning, source);
    }

    /**
     * A refusal by what its words mention.
     *
     * @param regex for words in ASCII lower case, see {@link #fold}
     * @param name the code of the verdict, in kebab-case
     */
    public static VerdictRow text(String regex, Kind kind, String name, String meaning, Source source) {
        return new VerdictRow(null, null, Pattern.compile(regex), kind, null, false, name, meaning, source);
    }

    /**
     * An HTTP status.
     *
     * @param name the code of the verdict, or null for {@code http-<status>}
     */
    public static VerdictRow http(int status, Kind kind, String name, String meaning, Source source) {
        return new VerdictRow(status, null, null, kind, null, false, name, meaning, source);
    }

    /** This row for a throttled account that waits so long. */
    public VerdictRow pausing(Wait pause) {
        return new VerdictRow(http, code, text, kind, pause, lookAgain, name, meaning, source);
    }

    /** This row for a refusal that a fresh look-up may cure. */
    public VerdictRow lookingAgain() {
        return new VerdictRow(http, code, text, kind, pause, true, name, meaning, source);
    }

    /** This row for one HTTP status only. */
    public VerdictRow onHttp(int status) {
        return new VerdictRow(status, code, text, kind, pause, lookAgain, name, meaning, source);
    }

    boolean matches(Answer answer, Reading reading) {
        if (http != null && http != answer.status()) {
            return false;
        }
        if (code == null && text == null) {
            return http != null && !(reading instanceof Reading.Accepted);
        }
        return reading instanceof Reading.Refused refused
                && (code == null || code.equals(refused.code()))
                && (text == null
                        || text.matcher(fold(refused.text() == null ? "" : refused.text()))
                                .find());
    }

    /** Letters to their ASCII look-alikes in lower case; the dotless i is the one that has no decomposition. */
    public static String fold(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replace('\u0131', 'i');
    }
}
