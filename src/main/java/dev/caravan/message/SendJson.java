package dev.caravan.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.Content.Button;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Contact;
import dev.caravan.message.Content.Contacts;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Location;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Menu;
import dev.caravan.message.Content.Row;
import dev.caravan.message.Content.Section;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Content.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The canonical JSON of a send: strict in what it reads, and exact in what it writes. A blank string or a null counts as
 * absent. Safe for concurrent use.
 */
public final class SendJson {

    /** Characters of a text, caption or template parameter. */
    public static final int LONGEST_TEXT = 65_536;

    private static final int LONGEST_REFERENCE = 200;
    private static final int LONGEST_DATA_URI = 16 * 1024 * 1024;

    /** Times outside are slips of the pen, and some databases cannot hold them. */
    private static final Instant EARLIEST = Instant.EPOCH;

    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private static final List<String> FIELDS = List.of(
            "reference",
            "account",
            "to",
            "name",
            "type",
            "text",
            "media",
            "location",
            "contacts",
            "buttons",
            "list",
            "template",
            "replyTo",
            "sendAt",
            "expiresAt",
            "priority",
            "category",
            "options");

    /** The fields that hold content; each type has a place for some of them. */
    private static final List<String> CONTENT_FIELDS =
            List.of("text", "media", "location", "contacts", "buttons", "list", "template");

    private static final Pattern WEB_URL = Pattern.compile("(?i)https?://[^/?#\\s]\\S*+");

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .parseLenient()
            .appendOffset("+HH", "Z")
            .optionalEnd()
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    private final ZoneId zone;

    /**
     * @param zone for times without an offset, and the offset of times that are written
     */
    public SendJson(ZoneId zone) {
        this.zone = Objects.requireNonNull(zone, "zone");
    }

    /**
     * The send a JSON object describes. Without {@code type} it is a template if there is one, else a text.
     *
     * @param resolver makes the recipient of {@code to}
     * @throws InvalidSendException at the first field that is unknown, missing, of the wrong JSON type or out of its
     *     limits; never with the message's text in the reason
     */
    public Send read(JsonNode node, RecipientResolver resolver) {
        if (node == null || !node.isObject()) {
            throw new InvalidSendException("", "invalid-type", "a send is a JSON object");
        }
        Fields fields = new Fields("", node, FIELDS);
        String reference = reference(fields.word("reference"));
        String account = fields.word("account");
        String to = fields.requiredWord("to");
        ContentType type = type(fields);
        Content content = content(type, fields);
        Instant sendAt = time(fields, "sendAt");
        Instant expiresAt = time(fields, "expiresAt");
        if (sendAt != null && expiresAt != null && sendAt.isAfter(expiresAt)) {
            throw new InvalidSendException("expiresAt", "invalid-time", "expiresAt must not be before sendAt");
        }
        Priority priority = oneOf(fields, "priority", Priority.values(), Priority::word, Priority.NORMAL);
        Category category = oneOf(fields, "category", Category.values(), Category::word, null);
        return new Send(
                reference,
                account,
                resolver.resolve(to, account),
                fields.text("name"),
                content,
                fields.word("replyTo"),
                sendAt,
                expiresAt,
                priority,
                category,
                options(fields));
    }

    private static String reference(String reference) {
        if (reference == null) {
            return null;
        }
        if (reference.length() > LONGEST_REFERENCE) {
            throw new InvalidSendException(
                    "reference", "invalid-reference", "reference: at most " + LONGEST_REFERENCE + " characters");
        }
        if (reference.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSendException(
                    "reference", "invalid-reference", "reference: line breaks and other control characters cannot be");
        }
        return reference;
    }

    private static ContentType type(Fields fields) {
        ContentType assumed = fields.has("template") ? ContentType.TEMPLATE : ContentType.TEXT;
        return oneOf(fields, "type", ContentType.values(), ContentType::word, assumed);
    }

    private static Content content(ContentType type, Fields fields) {
        List<String> places =
                switch (type) {
                    case TEXT -> List.of("text");
                    case IMAGE, VIDEO, AUDIO, DOCUMENT -> List.of("media", "text");
                    case BUTTONS -> List.of("buttons", "text");
                    case LIST -> List.of("list", "text");
                    case LOCATION, CONTACTS, TEMPLATE -> List.of(type.word());
                };
        for (String field : CONTENT_FIELDS) {
            if (!places.contains(field) && fields.has(field)) {
                throw new InvalidSendException(
                        field,
                        "unexpected-field",
                        field + ": a send of type " + type.word() + " has no place for it; set type to what it is, or "
                                + "leave " + field + " out");
            }
        }
        return switch (type) {
            case TEXT -> new Text(longText(fields, "text", fields.required("text")));
            case IMAGE, VIDEO, AUDIO, DOCUMENT ->
                new Media(type, media(fields), longText(fields, "text", fields.text("text")));
            case LOCATION -> location(fields.object("location", List.of("latitude", "longitude", "name", "address")));
            case CONTACTS -> new Contacts(fields.objects("contacts", List.of("name", "phones"), SendJson::contact));
            case BUTTONS ->
                new Buttons(
                        longText(fields, "text", fields.required("text")),
                        fields.objects("buttons", List.of("id", "title"), SendJson::button));
            case LIST ->
                menu(
                        longText(fields, "text", fields.required("text")),
                        fields.object("list", List.of("button", "sections")));
            case TEMPLATE -> template(fields.object("template", List.of("name", "language", "parameters", "header")));
        };
    }

    private static String longText(Fields fields, String field, String text) {
        if (text != null && text.length() > LONGEST_TEXT) {
            throw new InvalidSendException(
                    fields.path(field),
                    "text-too-long",
                    fields.path(field) + ": at most 65,536 characters, not " + text.length());
        }
        return text;
    }

    private static List<Item> media(Fields fields) {
        List<String> known = List.of("url", "filename");
        return fields.isArray("media")
                ? fields.objects("media", known, SendJson::item)
                : List.of(item(fields.object("media", known)));
    }

    private static Item item(Fields fields) {
        String url = fields.requiredWord("url");
        boolean isData = url.regionMatches(true, 0, "data:", 0, 5);
        if (isData && url.length() > LONGEST_DATA_URI) {
            throw new InvalidSendException(
                    fields.path("url"), "invalid-url", fields.path("url") + ": a data: URI has at most 16 MiB");
        }
        boolean isLocated =
                isData || url.startsWith("/") || WEB_URL.matcher(url).matches();
        if (!isLocated || url.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSendException(
                    fields.path("url"),
                    "invalid-url",
                    fields.path("url") + ": write an http:// or https:// address, without spaces");
        }
        return new Item(url, fields.text("filename"));
    }

    private static Location location(Fields fields) {
        return new Location(
                degrees(fields, "latitude", 90),
                degrees(fields, "longitude", 180),
                fields.text("name"),
                fields.text("address"));
    }

    private static double degrees(Fields fields, String field, int limit) {
        JsonNode node = fields.node(field);
        if (node == null) {
            throw fields.missing(field);
        }
        if (!node.isNumber()) {
            throw fields.wrongType(field, "a number");
        }
        double degrees = node.doubleValue();
        if (!(Math.abs(degrees) <= limit)) {
            throw new InvalidSendException(
                    fields.path(field),
                    "invalid-location",
                    fields.path(field) + ": degrees from -" + limit + " to " + limit);
        }
        return degrees;
    }

    private static Contact contact(Fields fields) {
        return new Contact(fields.required("name"), fields.words("phones"));
    }

    private static Button button(Fields fields) {
        return new Button(fields.requiredWord("id"), fields.required("title"));
    }

    private static Menu menu(String text, Fields fields) {
        return new Menu(
                text,
                fields.required("button"),
                fields.objects("sections", List.of("title", "rows"), SendJson::section));
    }

    private static Section section(Fields fields) {
        return new Section(
                fields.required("title"), fields.objects("rows", List.of("id", "title", "description"), SendJson::row));
    }

    private static Row row(Fields fields) {
        return new Row(fields.requiredWord("id"), fields.required("title"), fields.text("description"));
    }

    private static Template template(Fields fields) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (fields.has("parameters")) {
            Fields given = fields.object("parameters", null);
            for (String key : given.names()) {
                // Left out, an empty one would change the message; a provider refuses it for sure.
                if (!given.raw(key).isNull()) {
                    parameters.put(key, longText(given, key, given.required(key)));
                }
            }
        }
        Item header = fields.has("header") ? item(fields.object("header", List.of("url", "filename"))) : null;
        return new Template(fields.requiredWord("name"), fields.word("language"), parameters, header);
    }

    private Instant time(Fields fields, String field) {
        String written = fields.word(field);
        if (written == null) {
            return null;
        }
        try {
            TemporalAccessor time = TIME.parseBest(spaced(written), OffsetDateTime::from, LocalDateTime::from);
            Instant instant = time instanceof LocalDateTime local
                    ? local.atZone(zone).toInstant()
                    : OffsetDateTime.from(time).toInstant();
            if (!instant.isBefore(EARLIEST) && instant.isBefore(LATEST)) {
                return instant;
            }
        } catch (DateTimeException notIso) {
            // refused below
        }
        throw new InvalidSendException(
                field,
                "invalid-time",
                field + ": write an ISO-8601 time, as 2026-12-01T09:00:00+03:00, or without the offset for " + zone);
    }

    /** RFC 3339 lets a space stand for the T, and spreadsheets write it so. */
    private static String spaced(String written) {
        return written.length() > 10 && written.charAt(10) == ' '
                ? written.substring(0, 10) + 'T' + written.substring(11)
                : written;
    }

    private static <T> T oneOf(Fields fields, String field, T[] values, Function<T, String> word, T absent) {
        String written = fields.word(field);
        if (written == null) {
            return absent;
        }
        List<String> words = new ArrayList<>();
        for (T value : values) {
            if (word.apply(value).equalsIgnoreCase(written)) {
                return value;
            }
            words.add(word.apply(value));
        }
        throw new InvalidSendException(field, "invalid-value", field + ": write one of " + String.join(", ", words));
    }

    private static Map<String, Object> options(Fields fields) {
        if (!fields.has("options")) {
            return Map.of();
        }
        Fields given = fields.object("options", null);
        Map<String, Object> options = new LinkedHashMap<>();
        for (String name : given.names()) {
            options.put(name, plain(given.path(name), given.raw(name)));
        }
        return options;
    }

    /** JSON as Java's own maps, lists, strings, numbers and booleans, as {@link Send#options} holds it. */
    private static Object plain(String path, JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                node.properties().forEach(entry -> {
                    checkCharacters(path, entry.getKey());
                    map.put(entry.getKey(), plain(path, entry.getValue()));
                });
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>(node.size());
                node.forEach(element -> list.add(plain(path, element)));
                yield list;
            }
            case STRING -> {
                checkCharacters(path, node.textValue());
                yield node.textValue();
            }
            case NUMBER -> {
                // Jackson reads 1e999 so, and JSON cannot write it.
                if (Double.isInfinite(node.doubleValue())) {
                    throw new InvalidSendException(path, "invalid-value", path + ": holds a number too great");
                }
                yield node.numberValue();
            }
            case BOOLEAN -> node.booleanValue();
            case NULL -> null;
            default -> throw new InvalidSendException(path, "invalid-type", path + ": write JSON");
        };
    }

    /**
     * The canonical JSON of a send, from which {@link #read} makes an equal one: fields in the documented order, those
     * that are absent left out, times in the zone's offset.
     */
    public ObjectNode write(Send send) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        put(json, "reference", send.reference());
        put(json, "account", send.account());
        put(json, "to", send.to().address());
        put(json, "name", send.name());
        put(json, "type", send.content().type().word());
        write(send.content(), json);
        put(json, "replyTo", send.replyTo());
        put(json, "sendAt", written(send.sendAt()));
        put(json, "expiresAt", written(send.expiresAt()));
        put(json, "priority", send.priority().word());
        put(json, "category", send.category() == null ? null : send.category().word());
        if (!send.options().isEmpty()) {
            json.set("options", tree(send.options()));
        }
        return json;
    }

    private static void write(Content content, ObjectNode json) {
        if (content instanceof Text text) {
            put(json, "text", text.text());
        } else if (content instanceof Media media) {
            put(json, "text", media.caption());
            if (media.items().size() == 1) {
                json.set("media", written(media.first()));
            } else {
                ArrayNode items = json.putArray("media");
                media.items().forEach(item -> items.add(written(item)));
            }
        } else if (content instanceof Location location) {
            ObjectNode place = json.putObject("location");
            place.put("latitude", location.latitude());
            place.put("longitude", location.longitude());
            put(place, "name", location.name());
            put(place, "address", location.address());
        } else if (content instanceof Contacts contacts) {
            ArrayNode cards = json.putArray("contacts");
            for (Contact contact : contacts.contacts()) {
                ObjectNode card = cards.addObject();
                put(card, "name", contact.name());
                contact.phones().forEach(card.putArray("phones")::add);
            }
        } else if (content instanceof Buttons buttons) {
            put(json, "text", buttons.text());
            ArrayNode choices = json.putArray("buttons");
            for (Button button : buttons.buttons()) {
                ObjectNode choice = choices.addObject();
                put(choice, "id", button.id());
                put(choice, "title", button.title());
            }
        } else if (content instanceof Menu menu) {
            put(json, "text", menu.text());
            write(menu, json.putObject("list"));
        } else if (content instanceof Template template) {
            write(template, json.putObject("template"));
        }
    }

    private static void write(Menu menu, ObjectNode list) {
        put(list, "button", menu.button());
        ArrayNode sections = list.putArray("sections");
        for (Section section : menu.sections()) {
            ObjectNode group = sections.addObject();
            put(group, "title", section.title());
            ArrayNode rows = group.putArray("rows");
            for (Row row : section.rows()) {
                ObjectNode line = rows.addObject();
                put(line, "id", row.id());
                put(line, "title", row.title());
                put(line, "description", row.description());
            }
        }
    }

    private static void write(Template template, ObjectNode json) {
        put(json, "name", template.name());
        put(json, "language", template.language());
        if (!template.parameters().isEmpty()) {
            ObjectNode parameters = json.putObject("parameters");
            template.parameters().forEach(parameters::put);
        }
        if (template.header() != null) {
            json.set("header", written(template.header()));
        }
    }

    private static ObjectNode written(Item item) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        put(json, "url", item.url());
        put(json, "filename", item.filename());
        return json;
    }

    private static JsonNode tree(Object plain) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (plain instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((key, value) -> object.set(String.valueOf(key), tree(value)));
            return object;
        }
        if (plain instanceof Collection<?> list) {
            ArrayNode array = nodes.arrayNode(list.size());
            list.forEach(element -> array.add(tree(element)));
            return array;
        }
        if (plain == null) {
            return nodes.nullNode();
        }
        if (plain instanceof Boolean truth) {
            return nodes.booleanNode(truth);
        }
        if (plain instanceof Integer number) {
            return nodes.numberNode(number);
        }
        if (plain instanceof Long number) {
            return nodes.numberNode(number);
        }
        if (plain instanceof BigInteger number) {
            return nodes.numberNode(number);
        }
        if (plain instanceof BigDecimal number) {
            return nodes.numberNode(number);
        }
        if (plain instanceof Number number) {
            return nodes.numberNode(number.doubleValue());
        }
        return nodes.textNode(String.valueOf(plain));
    }

    private static void put(ObjectNode json, String field, String value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private String written(Instant instant) {
        return instant == null ? null : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(instant.atZone(zone));
    }

    private static void checkCharacters(String path, String value) {
        for (int index = 0; index < value.length(); index++) {
            char character = value.charAt(index);
            if (character == 0) {
                throw invalidText(path, "the character U+0000");
            }
            if (Character.isSurrogate(character)) {
                if (Character.isLowSurrogate(character)
                        || index + 1 == value.length()
                        || !Character.isLowSurrogate(value.charAt(index + 1))) {
                    throw invalidText(path, "half of a character (an unpaired surrogate)");
                }
                index++;
            }
        }
    }

    private static InvalidSendException invalidText(String path, String what) {
        return new InvalidSendException(
                path, "invalid-text", path + ": holds " + what + ", which no message can carry; remove it");
    }

    /** The fields of one JSON object, taken out by name and type. */
    private static final class Fields {

        private final String prefix;
        private final JsonNode object;

        /**
         * @param prefix the path of the object with a dot at its end, or nothing for the send itself
         * @param known the names it may have, or null for any
         */
        Fields(String prefix, JsonNode object, List<String> known) {
            this.prefix = prefix;
            this.object = object;
            for (String name : names()) {
                if (known == null) {
                    checkCharacters(prefix.substring(0, prefix.length() - 1), name);
                } else if (!known.contains(name)) {
                    throw UnknownName.in(prefix, name, known);
                }
            }
        }

        List<String> names() {
            List<String> names = new ArrayList<>(object.size());
            object.fieldNames().forEachRemaining(names::add);
            return names;
        }

        String path(String field) {
            return prefix + field;
        }

        JsonNode raw(String field) {
            return object.get(field);
        }

        /** The value, or null when it is absent, null or blank. */
        JsonNode node(String field) {
            JsonNode node = object.get(field);
            boolean absent = node == null
                    || node.isNull()
                    || node.isTextual() && node.textValue().isBlank();
            return absent ? null : node;
        }

        boolean has(String field) {
            return node(field) != null;
        }

        boolean isArray(String field) {
            JsonNode node = node(field);
            return node != null && node.isArray();
        }

        /** Words for people, as they are written; or null. */
        String text(String field) {
            JsonNode node = node(field);
            return node == null ? null : text(field, node);
        }

        /** A word for machines, without the spaces around it; or null. */
        String word(String field) {
            String text = text(field);
            return text == null ? null : text.strip();
        }

        String required(String field) {
            String text = text(field);
            if (text == null) {
                throw missing(field);
            }
            return text;
        }

        String requiredWord(String field) {
            return required(field).strip();
        }

        private String text(String field, JsonNode node) {
            if (!node.isTextual()) {
                throw wrongType(field, node.isNumber() ? "a string, in quotes" : "a string");
            }
            checkCharacters(path(field), node.textValue());
            return node.textValue();
        }

        Fields object(String field, List<String> known) {
            JsonNode node = node(field);
            if (node == null) {
                throw missing(field);
            }
            if (!node.isObject()) {
                throw wrongType(field, "an object");
            }
            return new Fields(path(field) + ".", node, known);
        }

        /** One or more objects, each read by {@code reader}. */
        <T> List<T> objects(String field, List<String> known, Function<Fields, T> reader) {
            List<T> read = new ArrayList<>();
            for (JsonNode element : elements(field)) {
                String place = field + "[" + read.size() + "]";
                if (!element.isObject()) {
                    throw wrongType(place, "an object");
                }
                read.add(reader.apply(new Fields(path(place) + ".", element, known)));
            }
            return read;
        }

        /** One or more strings. */
        List<String> words(String field) {
            List<String> words = new ArrayList<>();
            for (JsonNode element : elements(field)) {
                String place = field + "[" + words.size() + "]";
                String word = text(place, element).strip();
                if (word.isEmpty()) {
                    throw missing(place);
                }
                words.add(word);
            }
            return words;
        }

        private JsonNode elements(String field) {
            JsonNode node = node(field);
            if (node == null || node.isArray() && node.isEmpty()) {
                throw missing(field);
            }
            if (!node.isArray()) {
                throw wrongType(field, "an array");
            }
            return node;
        }

        InvalidSendException missing(String field) {
            return new InvalidSendException(path(field), "missing-field", path(field) + ": is missing or empty");
        }

        InvalidSendException wrongType(String field, String wanted) {
            return new InvalidSendException(path(field), "invalid-type", path(field) + ": must be " + wanted);
        }
    }
}
