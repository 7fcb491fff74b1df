package dev.caravan.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The header of a CSV file: which cell of a row is which column. */
final class Header {

    private static final String SEND_ID = "send_id";

    /** What reports and rejected rows have after the original columns. */
    private static final Set<String> ADDED = Set.of(
            "line", "reason", SEND_ID, "status", "provider_message_id", "attempts", "error_code", "error", "sent_at");

    private static final Pattern PHONE = Pattern.compile("[+\\d][\\d ().-]{6,}");

    private final List<String> names;
    private final Map<String, Integer> byKey = new HashMap<>();
    private final List<Source> sources = new ArrayList<>();
    private final boolean isOurs;

    /**
     * Where the value of one of our columns comes from.
     *
     * @param column our name for it
     * @param cell its place in a row, or -1 when the file has no such column
     * @param otherwise the folder's default, or null
     */
    record Source(String column, int cell, String otherwise) {}

    /** @throws UnreadableInputException when a name occurs twice, or nothing says where to send to */
    Header(List<String> names, FileFormat format) throws UnreadableInputException {
        this.names = names;
        this.isOurs = isOurs(names);
        for (int cell = 0; cell < names.size(); cell++) {
            String key = Columns.key(names.get(cell));
            Integer earlier = key.isEmpty() ? null : byKey.put(key, cell);
            if (earlier != null) {
                throw new UnreadableInputException("columns " + (earlier + 1) + " and " + (cell + 1)
                        + " of its header have the same name; rename or remove one");
            }
        }
        for (String column : columns(names, format)) {
            Source source =
                    new Source(column, cell(column, format), format.defaults().get(column));
            if (source.cell() >= 0 || source.otherwise() != null) {
                sources.add(source);
            }
        }
        if (sources.stream().noneMatch(source -> source.column().equals("to"))) {
            throw new UnreadableInputException(withoutRecipients(format));
        }
    }

    /** How many of its columns mean something to us: the measure by which a delimiter is told. */
    static int recognised(List<String> names, FileFormat format) {
        Set<String> keys = new HashSet<>();
        format.columns().values().forEach(name -> keys.add(Columns.key(name)));
        return (int) names.stream()
                .map(Columns::key)
                .filter(key -> Columns.isKnown(key) || keys.contains(key))
                .count();
    }

    /** As the file has them. */
    List<String> names() {
        return names;
    }

    /** In the order of the documentation. */
    List<Source> sources() {
        return sources;
    }

    /** Whether we wrote this file, a report or rejected rows, and so may have put apostrophes before cells. */
    boolean isOurs() {
        return isOurs;
    }

    static boolean isOurs(List<String> names) {
        Set<String> keys = names.stream().map(Columns::key).collect(Collectors.toSet());
        return keys.contains(SEND_ID) || keys.contains("line") && keys.contains("reason");
    }

    /** The places of the columns that reports have not added. */
    List<Integer> own() {
        return IntStream.range(0, names.size())
                .filter(cell -> !isOurs || !ADDED.contains(Columns.key(names.get(cell))))
                .boxed()
                .toList();
    }

    /** The earlier send that a row tells of, or null. */
    String sendId(List<String> cells) {
        Integer cell = byKey.get(SEND_ID);
        return cell == null || cells.get(cell).isBlank()
                ? null
                : cells.get(cell).strip();
    }

    /** The cell of a column by the file's name or by ours, or null when there is no such column. */
    String cell(String name, List<String> cells) {
        String key = Columns.key(name);
        Integer cell = byKey.get(key);
        if (cell != null) {
            return cells.get(cell);
        }
        for (Source source : sources) {
            if (source.cell() >= 0 && source.column().equals(key)) {
                return cells.get(source.cell());
            }
        }
        return null;
    }

    /** All columns of ours that this file or its folder may have, what founds an object before what describes it. */
    private static Set<String> columns(List<String> names, FileFormat format) {
        Set<String> columns = new LinkedHashSet<>(Columns.DOCUMENTED);
        names.stream().map(String::strip).filter(Columns::isParameter).forEach(columns::add);
        format.columns().keySet().stream().sorted().forEach(columns::add);
        format.defaults().keySet().stream().sorted().forEach(columns::add);
        return columns;
    }

    /** The folder's own name of a column comes before ours. */
    private int cell(String column, FileFormat format) {
        String own = format.columns().get(column);
        Integer cell = own == null ? null : byKey.get(Columns.key(own));
        return cell != null ? cell : byKey.getOrDefault(Columns.key(column), -1);
    }

    private String withoutRecipients(FileFormat format) {
        if (names.stream().anyMatch(name -> PHONE.matcher(name.strip()).matches())) {
            return "it has no header: its first line holds a phone number; begin it with a line of column names, "
                    + "one of them 'to'";
        }
        String own = format.columns().get("to");
        return "its header has no column 'to'" + (own == null ? "" : " and no '" + own + "'") + "; "
                + format.advice().onRecipients();
    }
}
