package dev.caravan.intake;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.PhysicalLines.Line;
import dev.caravan.message.InvalidSendException;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sends of a JSON text: one object per line, or the elements of an array, or one object. */
final class JsonRows extends RecordRows<JsonRows.Element> {

    /** A send with a data: URI of the greatest size fits. */
    private static final int LONGEST_LINE = 24 * 1024 * 1024;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private static final ObjectReader ELEMENT = MAPPER.reader();
    private static final ObjectReader WHOLE = ELEMENT.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Source source;
    private final Map<String, String> defaults;

    private JsonRows(Source source, FileFormat format) {
        this.source = source;
        this.defaults = format.defaults();
    }

    /** What a text consists of. */
    private interface Source extends Closeable {

        /** @throws UnreadableInputException when it holds no element */
        void begin() throws IOException;

        /** The next element, or null at the end. */
        Element next() throws IOException;
    }

    /** A value and the line where it begins; or the problem with it. */
    record Element(long line, JsonNode node, InvalidSendException problem) {}

    /**
     * Opens a file after reading through all of it once: its bytes, and of an array its syntax too, since after a fault
     * nobody can tell where the next element begins.
     *
     * @throws UnreadableInputException when no record of it can be read
     */
    static JsonRows open(Path file, FileFormat format) throws IOException {
        Encoding encoding =
                Encoding.prove(file, StandardCharsets.UTF_8, format.advice().onJsonEncoding());
        if (file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".jsonl")) {
            return readLines(encoding.open(file), format);
        }
        try (Document proof = new Document(encoding.open(file), format.advice())) {
            proof.skipAll();
        }
        return readDocument(encoding.open(file), format);
    }

    /**
     * The rows of a text with one object per line, which may fail on the way.
     *
     * @param text is closed when no record of it can be read
     * @throws UnreadableInputException when no record of it can be read
     */
    static JsonRows readLines(Reader text, FileFormat format) throws IOException {
        return opened(new Lines(text, format.advice()), format);
    }

    /**
     * The rows of an array or of one object, which may fail on the way or turn out to be no JSON.
     *
     * @param text is closed when no record of it can be read
     * @throws UnreadableInputException when no record of it can be read
     */
    static JsonRows readDocument(Reader text, FileFormat format) throws IOException {
        return opened(new Document(text, format.advice()), format);
    }

    private static JsonRows opened(Source source, FileFormat format) throws IOException {
        try {
            source.begin();
            JsonRows rows = new JsonRows(source, format);
            rows.advance();
            return rows;
        } catch (IOException | RuntimeException unreadable) {
            source.close();
            throw unreadable;
        }
    }

    @Override
    Element read() throws IOException {
        return source.next();
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
    Row row(long number, Element element) {
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

    /** The parser's own words quote the text, so they are not passed on. */
    private static String fault(JsonProcessingException unreadable) {
        if (unreadable instanceof StreamConstraintsException) {
            return "JSON nested too deeply, or with a value too long";
        }
        if (unreadable instanceof JsonEOFException) {
            return "no valid JSON, but the beginning of some";
        }
        return unreadable instanceof JsonParseException
                ? "no valid JSON"
                : "a field that is given twice, or more than one object";
    }

    /** One object per line. */
    private static final class Lines implements Source {

        private final PhysicalLines lines;
        private final Advice advice;

        Lines(Reader text, Advice advice) {
            this.lines = new PhysicalLines(text, LONGEST_LINE);
            this.advice = advice;
        }

        @Override
        public void begin() throws IOException {
            Line first = lines.nextFilled();
            if (first == null) {
                throw new UnreadableInputException("it is empty");
            }
            if (first.text().stripLeading().startsWith("[")) {
                throw new UnreadableInputException(
                        "it begins with an array, where one object per line is expected; " + advice.onArray());
            }
            lines.putBack(List.of(first));
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

    /** An array of objects, or one object. Where it is no JSON any more, an {@link UnreadableInputException} says so. */
    private static final class Document implements Source {

        private final JsonParser parser;
        private final Advice advice;
        private boolean isArray;
        private JsonStreamContext outermost;
        private boolean isEnded;

        Document(Reader text, Advice advice) throws IOException {
            this.parser = MAPPER.createParser(text);
            this.advice = advice;
        }

        @Override
        public void begin() throws IOException {
            JsonToken first = token();
            if (first == null) {
                throw new UnreadableInputException("it is empty");
            }
            isArray = first == JsonToken.START_ARRAY;
            if (!isArray && first != JsonToken.START_OBJECT) {
                throw new UnreadableInputException("it holds neither an array of sends nor one send");
            }
            outermost = isArray
                    ? parser.getParsingContext()
                    : parser.getParsingContext().getParent();
            if (isArray && token() == JsonToken.END_ARRAY) {
                throw new UnreadableInputException("it holds no send: its array is empty");
            }
        }

        /** Goes through all of it and keeps nothing. */
        void skipAll() throws IOException {
            begin();
            while (isAtElement()) {
                skip();
                parser.clearCurrentToken();
            }
        }

        @Override
        public Element next() throws IOException {
            if (!isAtElement()) {
                return null;
            }
            long line = parser.currentTokenLocation().getLineNr();
            try {
                return new Element(line, ELEMENT.readTree(parser), null);
            } catch (JsonMappingException unfit) {
                skip();
                return new Element(
                        line, null, new InvalidSendException("", "invalid-json", "it holds " + fault(unfit)));
            } catch (JsonProcessingException broken) {
                throw unreadable(broken);
            } finally {
                parser.clearCurrentToken();
            }
        }

        /** Goes to the first token of the next element; after the last nothing may follow. */
        private boolean isAtElement() throws IOException {
            if (isEnded) {
                return false;
            }
            if (parser.hasCurrentToken() || isArray && token() != JsonToken.END_ARRAY) {
                return true;
            }
            if (token() != null) {
                throw new UnreadableInputException(
                        "after its " + (isArray ? "array" : "object") + " something follows; " + advice.onLines());
            }
            isEnded = true;
            return false;
        }

        /** Goes to the last token of an element. */
        private void skip() throws IOException {
            while (parser.getParsingContext() != outermost) {
                token();
            }
        }

        private JsonToken token() throws IOException {
            try {
                JsonToken token = parser.nextToken();
                if (token == JsonToken.VALUE_STRING) {
                    // Makes the parser decode the string, and so refuse it here when it is too long.
                    parser.getTextLength();
                }
                return token;
            } catch (JsonProcessingException broken) {
                throw unreadable(broken);
            }
        }

        private static UnreadableInputException unreadable(JsonProcessingException broken) {
            String place = broken.getLocation() == null
                    ? ""
                    : ", in line " + broken.getLocation().getLineNr() + ", column "
                            + broken.getLocation().getColumnNr();
            return new UnreadableInputException("it holds " + fault(broken) + place);
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }
}
