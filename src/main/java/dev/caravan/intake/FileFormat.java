package dev.caravan.intake;

import java.nio.charset.Charset;
import java.util.Map;

/**
 * How the files of a folder are read, or the body of a request.
 *
 * @param charset of CSV files without a byte order mark; JSON is UTF-8
 * @param delimiter between the cells of CSV files, or null to detect it
 * @param columns the file's own column by our name for it
 * @param defaults what an empty or absent cell stands for, by our name of the column. What belongs to media, a place or a
 *     template is only added where the row has one
 * @param charsetKey the configuration key of {@code charset}, to be named in refusals; null for a body
 */
record FileFormat(
        Charset charset,
        Character delimiter,
        Map<String, String> columns,
        Map<String, String> defaults,
        String charsetKey) {

    /** @throws IllegalArgumentException when a column is none of ours, or the delimiter cannot be one */
    FileFormat {
        columns = Map.copyOf(columns);
        defaults = Map.copyOf(defaults);
        columns.keySet().forEach(column -> requireKnown("columns", column));
        defaults.keySet().forEach(column -> requireKnown("defaults", column));
        if (delimiter != null && "\"\r\n\0".indexOf(delimiter) >= 0) {
            throw new IllegalArgumentException("delimiter: must be neither a quote nor a line break");
        }
    }

    /** The same columns and defaults in another encoding, the delimiter detected. */
    FileFormat readAs(Charset other) {
        return new FileFormat(other, null, columns, defaults, charsetKey);
    }

    /** What to do about what cannot be read. */
    Advice advice() {
        return charsetKey == null ? Advice.ON_BODIES : Advice.onFiles(charsetKey);
    }

    private static void requireKnown(String key, String column) {
        if (!Columns.isKnown(column)) {
            throw new IllegalArgumentException(key + ": there is no column '" + column + "'; there are "
                    + String.join(", ", Columns.DOCUMENTED) + " and template_param.<key>");
        }
    }
}
