package dev.caravan.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A refusal, as the problem document of RFC 9457 that says so. Type and title follow from the code, so both are the same
 * at every occurrence.
 *
 * @param status the HTTP status, 400 to 599
 * @param code stable, lower-case words joined by hyphens ({@code expired-key}); what callers' programs look at
 * @param detail what is wrong and what to do, as a sentence without a credential, a message's text or an inner failure
 * @param field the field of the request it concerns, as a path ({@code media.url}), or null
 */
record Problem(int status, String code, String detail, String field) {

    /** The media type of {@link #json()}, which is UTF-8. */
    static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPE = "urn:caravan:problem:";

    /** One that concerns no single field. */
    static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail, null);
    }

    /** A URI that identifies the kind of problem. */
    String type() {
        return TYPE + code;
    }

    /** The code as words: {@code Expired key}. */
    String title() {
        String words = code.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /**
     * The document as a tree, to which members of one kind of problem can be added: {@code type}, {@code title},
     * {@code status}, {@code detail}, {@code code}, and {@code field} where there is one.
     */
    ObjectNode document() {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("type", type())
                .put("title", title())
                .put("status", status)
                .put("detail", detail)
                .put("code", code);
        if (field != null) {
            document.put("field", field);
        }
        return document;
    }

    /** The document as text. */
    String json() {
        return document().toString();
    }
}
