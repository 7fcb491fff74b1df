package dev.caravan.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.InvalidSendException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The columns of the drop folder, and the place of each in a send's JSON. */
final class Columns {

    /** Followed by the parameter's key, as it is. */
    private static final String PARAMETER = "template_param.";

    private static final Pattern DEGREES = Pattern.compile("[-+]?\\d{1,3}([.,]\\d{1,30})?");

    private static final Map<String, Place> PLACES = places();

    /** In the order of the documentation. */
    static final List<String> DOCUMENTED = List.copyOf(PLACES.keySet());

    private Columns() {}

    /**
     * Where a column's value stands.
     *
     * @param object the field that holds it, or null when it stands in the send itself
     * @param field its own name
     * @param founding whether the object exists because of it
     */
    private record Place(String object, String field, boolean founding) {}

    private static Map<String, Place> places() {
        Map<String, Place> places = new LinkedHashMap<>();
        for (String column : List.of("reference", "account", "to", "name", "type", "text")) {
            places.put(column, new Place(null, column, true));
        }
        places.put("media_url", new Place("media", "url", true));
        places.put("media_filename", new Place("media", "filename", false));
        places.put("latitude", new Place("location", "latitude", true));
        places.put("longitude", new Place("location", "longitude", true));
        places.put("location_name", new Place("location", "name", false));
        places.put("location_address", new Place("location", "address", false));
        places.put("template", new Place("template", "name", true));
        places.put("template_language", new Place("template", "language", false));
        places.put("reply_to", new Place(null, "replyTo", true));
        places.put("send_at", new Place(null, "sendAt", true));
        places.put("expires_at", new Place(null, "expiresAt", true));
        places.put("priority", new Place(null, "priority", true));
        places.put("category", new Place(null, "category", true));
        return places;
    }

    /** Whether it is a documented column or one of a template's parameters. */
    static boolean isKnown(String column) {
        return PLACES.containsKey(column) || isParameter(column);
    }

    /** Whether it is {@code template_param.<key>}, the prefix in any case. */
    static boolean isParameter(String column) {
        return column.length() > PARAMETER.length() && column.regionMatches(true, 0, PARAMETER, 0, PARAMETER.length());
    }

    /** Whether {@code {{column}}} means something in it. */
    static boolean isTemplated(String column) {
        return column.equals("text") || isParameter(column);
    }

    /**
     * A name of a column without its case and the spaces around it. A Turkish capital or small i counts as the other
     * one: spreadsheets write MESAJ METNİ, and what was typed as adı comes back as ADI.
     */
    static String key(String name) {
        return name.replace('\u00A0', ' ')
                .strip()
                .toLowerCase(Locale.ROOT)
                .replace("\u0307", "")
                .replace('\u0131', 'i');
    }

    /** What a send has in a column, empty when nothing. */
    static String text(ObjectNode send, String column) {
        Place place = place(column);
        JsonNode holder = place.object() == null ? send : send.path(place.object());
        return holder.path(place.field()).asText("");
    }

    /** The JSON name of a column, for reasons. */
    static String path(String column) {
        Place place = place(column);
        if (place.object() == null) {
            return place.field();
        }
        return place.object() + (isParameter(column) ? ".parameters." : ".") + place.field();
    }

    /** Whether a default of that column has its place in this send, and nothing stands there. */
    static boolean takesDefault(ObjectNode send, String column) {
        Place place = place(column);
        JsonNode holder = place.object() == null ? send : send.get(place.object());
        if (isParameter(column) && holder != null) {
            holder = holder.get("parameters") == null ? holder : holder.get("parameters");
        }
        if (holder == null) {
            return place.founding();
        }
        if (!holder.isObject()) {
            return false;
        }
        JsonNode present = holder.get(place.field());
        return present == null
                || present.isNull()
                || present.isTextual() && present.textValue().isBlank();
    }

    /**
     * Puts a cell in its place.
     *
     * @throws InvalidSendException when it can never be right there
     */
    static void put(ObjectNode send, String column, String value) {
        Place place = place(column);
        ObjectNode holder = place.object() == null ? send : send.withObjectProperty(place.object());
        if (isParameter(column)) {
            holder.withObjectProperty("parameters").put(place.field(), value);
        } else if (column.equals("latitude") || column.equals("longitude")) {
            holder.put(place.field(), degrees(path(column), value.strip()));
        } else {
            holder.put(place.field(), value);
        }
    }

    /** With a decimal point, or the comma that spreadsheets in many languages write. */
    private static double degrees(String path, String value) {
        if (!DEGREES.matcher(value).matches()) {
            throw new InvalidSendException(path, "invalid-location", path + ": write degrees as a number, as 41.0082");
        }
        return Double.parseDouble(value.replace(',', '.'));
    }

    private static Place place(String column) {
        Place place = PLACES.get(column);
        return place != null ? place : new Place("template", column.substring(PARAMETER.length()), false);
    }
}
