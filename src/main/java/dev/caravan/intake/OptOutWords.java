package dev.caravan.intake;

import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The words by which a recipient refuses further messages. A message is one of them as a whole: in a longer one the same
 * word can mean anything. Case, punctuation, accents, spaces around it and signs that are not seen do not count, and of
 * the Turkish letters İ, I, ı and i each stands for all.
 */
final class OptOutWords {

    private final Set<String> words;

    /** @param words may be empty, then no message is one */
    /** Nobody writes more around a word and still means that word alone. */
    private static final int LONGEST = 200;

    OptOutWords(Collection<String> words) {
        this.words = words.stream()
                .map(OptOutWords::folded)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** @param text of a message, or null when it has none */
    boolean isOne(String text) {
        return text != null && text.length() <= LONGEST && words.contains(folded(text));
    }

    /** Decomposed, İ is an I with a dot above, which goes with the other marks; only ı has none to lose. */
    private static String folded(String text) {
        StringBuilder folded = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .forEach(character -> {
                    if (Character.isLetterOrDigit(character)) {
                        folded.appendCodePoint(character == '\u0131' ? 'i' : character);
                    } else if (Character.isWhitespace(character)
                            && !folded.isEmpty()
                            && folded.charAt(folded.length() - 1) != ' ') {
                        folded.append(' ');
                    }
                });
        return folded.toString().stripTrailing();
    }
}
