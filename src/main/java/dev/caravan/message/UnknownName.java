package dev.caravan.message;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The refusal of a field nobody knows, with the known one it was probably meant to be. */
final class UnknownName {

    private static final int LONGEST_SHOWN = 40;

    private UnknownName() {}

    static InvalidSendException in(String prefix, String name, List<String> known) {
        String shown = prefix + printable(name);
        String nearest = known.stream()
                .min(Comparator.comparingInt(candidate -> distance(plain(candidate), plain(name))))
                .orElseThrow();
        boolean near = distance(plain(nearest), plain(name)) <= 1 + nearest.length() / 3;
        return new InvalidSendException(
                shown,
                "unknown-field",
                "there is no field " + shown
                        + (near
                                ? "; did you mean " + prefix + nearest + "?"
                                : "; there are " + String.join(", ", known)));
    }

    /** Names come from the caller: what cannot be printed on one line is not shown. */
    private static String printable(String name) {
        String cut = name.length() <= LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN) + "…";
        return cut.replaceAll("[^\\p{L}\\p{N}\\p{Punct} …]", "?");
    }

    private static String plain(String name) {
        String cut = name.length() <= LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN);
        return cut.replaceAll("[_\\- ]", "").toLowerCase(Locale.ROOT);
    }

    /** Levenshtein's: how many letters must be added, removed or replaced. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[other.length()];
    }
}
