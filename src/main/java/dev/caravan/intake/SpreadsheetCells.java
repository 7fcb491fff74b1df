package dev.caravan.intake;

import java.util.regex.Pattern;

/**
 * Cells that a spreadsheet would run as a formula, made harmless by a leading apostrophe in what we write, and put back
 * when we read it again. {@code restore(protect(cell))} is the cell, whatever it holds.
 */
public final class SpreadsheetCells {

    /** Each can begin a formula or, as white space, hide one from a check (OWASP, CSV injection). */
    private static final String BEGINNINGS = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private static final Pattern PLAIN_NUMBER = Pattern.compile("[-+]\\d+([.,]\\d+)?");

    private SpreadsheetCells() {}

    /** The cell with an apostrophe before it, if a spreadsheet would run it or took an apostrophe away from it. */
    public static String protect(String cell) {
        return isRun(cell) ? "'" + cell : cell;
    }

    /** The cell that {@link #protect} was given. */
    public static String restore(String cell) {
        return cell.startsWith("'") && isRun(cell) ? cell.substring(1) : cell;
    }

    private static boolean isRun(String cell) {
        int start = 0;
        while (start < cell.length() && cell.charAt(start) == '\'') {
            start++;
        }
        return start < cell.length()
                && BEGINNINGS.indexOf(cell.charAt(start)) >= 0
                && !PLAIN_NUMBER.matcher(cell).region(start, cell.length()).matches();
    }
}
