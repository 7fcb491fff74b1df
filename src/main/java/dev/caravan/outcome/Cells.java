package dev.caravan.outcome;

import java.util.regex.Pattern;

/** Keeps the cells of reports from being run as formulas by a spreadsheet (OWASP, CSV injection). */
final class Cells {

    private static final Pattern FORMULA = Pattern.compile("'*[=+\\-@\\t\\r].*", Pattern.DOTALL);
    private static final Pattern PLAIN_NUMBER = Pattern.compile("[+-]?[0-9][0-9 .,()-]*");

    private Cells() {}

    /**
     * The cell with an apostrophe before what would run as a formula, or before apostrophes in front of such; plain
     * numbers such as {@code +905301234567} stay as they are.
     */
    static String safe(String cell) {
        boolean harmless =
                !FORMULA.matcher(cell).matches() || PLAIN_NUMBER.matcher(cell).matches();
        return harmless ? cell : "'" + cell;
    }
}
