package dev.caravan.intake;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.PhysicalLines.Line;
import dev.caravan.message.InvalidSendException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;

/** The sends of a JSON file: one object per line of a {@code .jsonl}, the elements of an array or one object otherwise. */
final class JsonRows implements Rows {

    /** A send with a data: URI of the greatest size fits. */
    private static final int LONGEST_LINE = 24 * 1024 * 1024;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private static final ObjectReader ELEMENT = MAPPER.reader();
    private static final ObjectReader WHOLE = ELEMENT.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Source source;
    private final Map<String, String> defaults;
    private Element upcoming;
    private long number;

    private JsonRows(Source source, FileFormat format) throws IOException {
        this.source = source;
        this.defaults = format.defaults();
        this.upcoming = source.next();
    }

    /** What a file consists of. */
    private interface Source extends Closeable {

        /** The next element, or null at the end. */
        Element next() throws IOException;
    }

    /** A value and the line where it begins; or the problem with it. */
    private record Element(long line, JsonNode node, InvalidSendException problem) {}

    /**
     * Opens a file after reading through all of it once: its bytes, and of an array its syntax too, since after a fault
     * nobody can tell where the next element begins.
     *
     * @throws UnreadableInputException when no record of it can be read
     */
    static JsonRows open(Path file, FileFormat format) throws IOException {
        Encoding encoding = Encoding.prove(file, StandardCharsets.UTF_8, "save it as UTF-8, as JSON always is");
        boolean isLines = file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".jsonl");
        Source source = isLines ? new Lines(file, encoding) : new Document(file, encoding);
        try {
            return new JsonRows(source, format);
        } catch (IOException | RuntimeException unreadable) {
            source.close();
            throw unreadable;
        }
    }

    @Override
    public List<String> columns() {
        return Columns.DOCUMENTED;
    }

    @Override
    public List<String> cells(Row row) {
        return row.send() == null
                ? List.of()
                : Columns.DOCUMENTED.stream()
                        .map(column -> Columns.text(row.send(), column))
                        .toList();
    }

    @Override
    public List<String> own(Row row) {
        return List.of(row.send().toString());
    }

    @Override
    public boolean hasNext() {
        return upcoming != null;
    }

    @Override
    public Row next() {
        if (upcoming == null) {
            throw new NoSuchElementException();
        }
        Row row = row(upcoming);
        try {
            upcoming = source.next();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return row;
    }

    private Row row(Element element) {
        number++;
        InvalidSendException problem = element.problem();
        if (problem == null && !(element.node() instanceof ObjectNode)) {
            problem = new InvalidSendException("", "invalid-type", "a send is a JSON object");
        }
        if (problem == null) {
            try {
                ObjectNode send = (ObjectNode) element.node();
                addDefaults(send);
                return new Row(number, element.line(), null, send, null, null);
            } catch (InvalidSendException unfit) {
                problem = unfit;
            }
        }
        return new Row(number, element.line(), null, null, null, problem);
    }

    private void addDefaults(ObjectNode send) {
        if (defaults.isEmpty()) {
            return;
        }
        for (String column : Columns.DOCUMENTED) {
            addDefault(send, column);
        }
        defaults.keySet().stream().filter(Columns::isParameter).sorted().forEach(column -> addDefault(send, column));
    }

    private void addDefault(ObjectNode send, String column) {
        String value = defaults.get(column);
        if (value == null || !Columns.takesDefault(send, column)) {
            return;
        }
        // A default made for CSV files may name columns, which JSON has none of: better refused than sent with braces.
        boolean isTemplated = Columns.isTemplated(column);
        Columns.put(send, column, isTemplated ? Placeholders.fill(Columns.path(column), value, name -> null) : value);
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The parser's own words quote the file, so they are not passed on. */
    private static String fault(JsonProcessingException unreadable) {
        if (unreadable instanceof StreamConstraintsException) {
            return "JSON nested too deeply, or with a value too long";
        }
        return unreadable instanceof JsonParseException
                ? "no valid JSON"
                : "a field that is given twice, or more than one object";
    }

    /** One object per line. */
    private static final class Lines implements Source {

        private final PhysicalLines lines;

        Lines(Path file, Encoding encoding) throws IOException {
            lines = new PhysicalLines(encoding.open(file), LONGEST_LINE);
            Line first = lines.nextFilled();
            if (first != null && first.text().stripLeading().startsWith("[")) {
                lines.close();
                throw new UnreadableInputException(
                        "it holds an array, where a .jsonl file has one object per line; rename it to .json");
            }
            if (first != null) {
                lines.putBack(List.of(first));
            }
        }

        @Override
        public Element next() throws IOException {
            Line line = lines.nextFilled();
            if (line == null) {
                return null;
            }
            if (line.isCut()) {
                return new Element(
                        line.number(),
                        null,
                        new InvalidSendException("", "record-too-long", "the line is longer than 24 MiB"));
            }
            try {
                return new Element(line.number(), WHOLE.readTree(line.text()), null);
            } catch (JsonProcessingException unreadable) {
                String column = unreadable.getLocation() == null
                        ? ""
                        : ", at column " + unreadable.getLocation().getColumnNr();
                return new Element(
                        line.number(),
                        null,
                        new InvalidSendException(
                                "",
                                "invalid-json",
                                "the line holds " + fault(unreadable) + column + "; write one object per line"));
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** An array of objects, or one object. */
    private static final class Document implements Source {

        private final JsonParser parser;
        private final boolean isArray;
        private final JsonStreamContext outermost;
        private boolean isFinished;

        Document(Path file, Encoding encoding) throws IOException {
            prove(file, encoding);
            parser = MAPPER.createParser(encoding.open(file));
            isArray = parser.nextToken() == JsonToken.START_ARRAY;
            outermost = parser.getParsingContext();
        }

        private static void prove(Path file, Encoding encoding) throws IOException {
            try (JsonParser parser = MAPPER.createParser(encoding.open(file))) {
                JsonToken first = parser.nextToken();
                if (first != JsonToken.START_ARRAY && first != JsonToken.START_OBJECT) {
                    throw new UnreadableInputException("it holds neither an array of sends nor one send");
                }
                JsonToken second = parser.nextToken();
                if (first == JsonToken.START_ARRAY && second == JsonToken.END_ARRAY) {
                    throw new UnreadableInputException("it holds no send: its array is empty");
                }
                for (JsonToken token = second; token != null; token = parser.nextToken()) {
                    if (token == JsonToken.VALUE_STRING) {
                        // Makes the parser decode the string, and so refuse it now when it is too long.
                        parser.getTextLength();
                    } else if (parser.getParsingContext().inRoot() && parser.nextToken() != null) {
                        throw new UnreadableInputException(
                                "after its " + (first == JsonToken.START_ARRAY ? "array" : "object")
                                        + " something follows; a file of one object per line is named .jsonl");
                    }
                }
            } catch (JsonProcessingException unreadable) {
                String place = unreadable.getLocation() == null
                        ? ""
                        : ", in line " + unreadable.getLocation().getLineNr() + ", column "
                                + unreadable.getLocation().getColumnNr();
                throw new UnreadableInputException("it holds " + fault(unreadable) + place);
            }
        }

        @Override
        public Element next() throws IOException {
            if (isFinished || isArray && parser.nextToken() == JsonToken.END_ARRAY) {
                isFinished = true;
                return null;
            }
            isFinished = !isArray;
            long line = parser.currentTokenLocation().getLineNr();
            try {
                return new Element(line, ELEMENT.readTree(parser), null);
            } catch (JsonProcessingException unreadable) {
                while (isArray && parser.getParsingContext() != outermost) {
                    parser.nextToken();
                }
                return new Element(
                        line, null, new InvalidSendException("", "invalid-json", "it holds " + fault(unreadable)));
            }
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }
}
