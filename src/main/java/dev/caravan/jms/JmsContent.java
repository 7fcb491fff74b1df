package dev.caravan.jms;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.InvalidSendException;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The sends in the body of a message: one JSON object or an array of them, whose elements are made as they are asked for.
 * Used by one thread.
 */
final class JmsContent implements Iterator<JmsContent.Element> {

    /** Bytes of the largest body that is read; of a text, characters. */
    static final int GREATEST = 50 * 1024 * 1024;

    static final String TOO_LARGE = "message-too-large";
    static final String TOO_LARGE_REASON = "the message is larger than 50 MiB; send its sends in several messages";

    private static final ObjectReader ELEMENT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build()
            .reader();

    private final char[] body;
    private final JsonParser parser;
    private final boolean isArray;
    private final JsonStreamContext outermost;
    private int index;
    private boolean isFinished;

    /**
     * What may be a send.
     *
     * @param index in the array, from 0; 0 for a send that is alone
     * @param json null when there is a problem with it
     * @param begin of its text in the body
     * @param end after its last character
     */
    record Element(int index, ObjectNode json, int begin, int end, InvalidSendException problem) {}

    private JmsContent(char[] body, int length) {
        this.body = body;
        try {
            prove(body, length);
            parser = ELEMENT.createParser(body, 0, length);
            isArray = parser.nextToken() == JsonToken.START_ARRAY;
            outermost = parser.getParsingContext();
            isFinished = isArray && parser.nextToken() == JsonToken.END_ARRAY;
        } catch (JsonProcessingException unreadable) {
            throw new InvalidSendException("", "invalid-json", fault(unreadable));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Opens the body of a message after proving that all of it is JSON: after a fault nobody can tell where the next
     * element begins.
     *
     * @throws InvalidSendException when there is no send in it; a body of any other kind has not been read then
     */
    static JmsContent of(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            String body = text.getText();
            if (body == null) {
                throw empty();
            }
            if (body.length() > GREATEST) {
                throw tooLarge();
            }
            char[] characters = body.toCharArray();
            return new JmsContent(characters, characters.length);
        }
        if (message instanceof BytesMessage bytes) {
            if (bytes.getBodyLength() > GREATEST) {
                throw tooLarge();
            }
            CharBuffer characters = utf8(read(bytes));
            return new JmsContent(characters.array(), characters.length());
        }
        throw new InvalidSendException(
                "", "unsupported-message", "this is neither a text nor a bytes message; send the JSON as one of these");
    }

    /** The whole body, from its beginning. */
    static byte[] read(BytesMessage message) throws JMSException {
        message.reset();
        byte[] body = new byte[Math.toIntExact(message.getBodyLength())];
        message.readBytes(body);
        return body;
    }

    private static CharBuffer utf8(byte[] body) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException malformed) {
            throw new InvalidSendException("", "invalid-encoding", "the bytes are no UTF-8; JSON is written in UTF-8");
        }
    }

    private static void prove(char[] body, int length) throws IOException {
        try (JsonParser parser = ELEMENT.createParser(body, 0, length)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw empty();
            }
            if (first != JsonToken.START_ARRAY && first != JsonToken.START_OBJECT) {
                throw new InvalidSendException("", "invalid-type", "a send is a JSON object, and several are an array");
            }
            JsonToken second = parser.nextToken();
            if (first == JsonToken.START_ARRAY && second == JsonToken.END_ARRAY) {
                throw empty();
            }
            for (JsonToken token = second; token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING) {
                    // Makes the parser decode the string, and so refuse it now when it is too long.
                    parser.getTextLength();
                } else if (parser.getParsingContext().inRoot() && parser.nextToken() != null) {
                    throw new InvalidSendException(
                            "", "invalid-json", "something follows the JSON; write several sends as an array");
                }
            }
        }
    }

    private static InvalidSendException empty() {
        return new InvalidSendException("", "no-send", "there is no send in it");
    }

    private static InvalidSendException tooLarge() {
        return new InvalidSendException("", TOO_LARGE, TOO_LARGE_REASON);
    }

    /** The parser's own words quote the message, so they are not passed on. */
    private static String fault(JsonProcessingException unreadable) {
        String place = unreadable.getLocation() == null
                ? ""
                : ", in line " + unreadable.getLocation().getLineNr() + ", column "
                        + unreadable.getLocation().getColumnNr();
        return unreadable instanceof StreamConstraintsException
                ? "it holds JSON nested too deeply, or with a value too long" + place
                : "it holds no valid JSON" + place;
    }

    boolean isArray() {
        return isArray;
    }

    @Override
    public boolean hasNext() {
        return !isFinished;
    }

    @Override
    public Element next() {
        if (isFinished) {
            throw new NoSuchElementException();
        }
        try {
            Element element = element();
            index++;
            isFinished = !isArray || parser.nextToken() == JsonToken.END_ARRAY;
            return element;
        } catch (IOException impossible) {
            throw new UncheckedIOException("JSON that was proved is faulty", impossible);
        }
    }

    /** An element as it stands in the message. */
    String written(Element element) {
        return new String(body, element.begin(), element.end() - element.begin()).strip();
    }

    private Element element() throws IOException {
        int begin = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
        ObjectNode send = null;
        InvalidSendException problem = null;
        try {
            JsonNode node = ELEMENT.readTree(parser);
            if (node instanceof ObjectNode object) {
                send = object;
            } else {
                problem = new InvalidSendException("", "invalid-type", "a send is a JSON object");
            }
        } catch (JsonProcessingException unfit) {
            while (isArray && parser.getParsingContext() != outermost) {
                parser.nextToken();
            }
            problem = new InvalidSendException(
                    "",
                    "invalid-json",
                    unfit instanceof StreamConstraintsException
                            ? "it holds a value too long"
                            : "it holds a field that is given twice");
        }
        int end = Math.toIntExact(parser.currentLocation().getCharOffset());
        return new Element(index, send, begin, problem != null && !isArray ? body.length : end, problem);
    }
}
