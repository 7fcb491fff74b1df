package dev.caravan.provider.maytapi;

import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Text;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The options of a send, all of them fields of the request by their own names:
 *
 * <ul>
 *   <li>{@code skip_filter} (any send): {@code true} lets it past the filter that drops repetitions in a conversation;
 *   <li>{@code type} (a text): makes it one of {@link Kind}, whose message is the send's {@code text};
 *   <li>{@code text} (a text of type {@code link}): the title of the link;
 *   <li>{@code forward_caption} (a text of type {@code forward}): whether the caption goes along;
 *   <li>{@code title}, {@code footer} (buttons): what stands above and below the text.
 * </ul>
 *
 * An option on a send that it does not belong to is refused, as it would have no effect.
 */
final class MaytapiOptions {

    static final Set<String> NAMES = Set.of("skip_filter", "type", "text", "forward_caption", "title", "footer");

    private static final String ID = "\\S+";

    /** What a text can be besides a text, by the public documentation. */
    enum Kind {
        /** The text is a web address, shown with a preview. */
        LINK("(?i)https?://\\S+", "the address, https://…, and nothing else", false),
        /** The text is the id of somebody on WhatsApp. */
        CONTACT("\\d{5,20}@c\\.us", "the contact's id, as 908500000000@c.us", false),
        /** The text is the id of a message, ours or a received one. */
        FORWARD(ID, "the id of the message to forward", false),
        /** The text is an emoji for the message that {@code replyTo} names. */
        REACTION("(?s).+", "an emoji", true),
        /** The text takes the place of that of our message that {@code replyTo} names. */
        EDIT("(?s).+", "the new text", true),
        /** The text is the id of our message that is to disappear. */
        DELETE(ID, "the id of the message to delete", false);

        private final Pattern text;
        private final String description;
        private final boolean isAboutAnother;

        Kind(String text, String description, boolean isAboutAnother) {
            this.text = Pattern.compile(text);
            this.description = description;
            this.isAboutAnother = isAboutAnother;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private void check(Text content, String replyTo) {
            if (!text.matcher(content.text()).matches()) {
                throw new InvalidSendException(
                        "text", "invalid-text", "text: with options.type " + word() + " write " + description);
            }
            if (isAboutAnother && replyTo == null) {
                throw new InvalidSendException(
                        "replyTo",
                        "missing-field",
                        "replyTo: with options.type " + word() + " write the id of the message that it is about");
            }
        }
    }

    private MaytapiOptions() {}

    /** @throws InvalidSendException naming the option, or what it asks of the send */
    static void check(Send send) {
        Map<String, Object> options = send.options();
        requireBoolean(options, "skip_filter");
        requireBoolean(options, "forward_caption");
        requireText(options, "text");
        requireText(options, "title");
        requireText(options, "footer");
        Optional<Kind> kind = kind(send);
        belongs(options, "type", send.content() instanceof Text, "a text");
        belongs(options, "text", kind.equals(Optional.of(Kind.LINK)), "a text with options.type link");
        belongs(options, "forward_caption", kind.equals(Optional.of(Kind.FORWARD)), "a text with options.type forward");
        belongs(options, "title", send.content() instanceof Buttons, "buttons");
        belongs(options, "footer", send.content() instanceof Buttons, "buttons");
        if (kind.isPresent() && send.content() instanceof Text text) {
            kind.get().check(text, send.replyTo());
        }
    }

    /**
     * What a text is to be instead.
     *
     * @throws InvalidSendException when there is no such kind
     */
    static Optional<Kind> kind(Send send) {
        Object written = send.options().get("type");
        if (written == null) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(Kind.values())
                .filter(kind -> kind.word().equals(written))
                .findFirst()
                .orElseThrow(() -> invalid("type", "write one of " + words())));
    }

    private static String words() {
        return Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.joining(", "));
    }

    private static void requireBoolean(Map<String, Object> options, String name) {
        Object value = options.get(name);
        if (value != null && !(value instanceof Boolean)) {
            throw invalid(name, "write true or false");
        }
    }

    private static void requireText(Map<String, Object> options, String name) {
        Object value = options.get(name);
        if (value != null && !(value instanceof String)) {
            throw invalid(name, "write a text");
        }
    }

    private static void belongs(Map<String, Object> options, String name, boolean here, String where) {
        if (options.get(name) != null && !here) {
            throw invalid(name, "only " + where + " has it; leave it out");
        }
    }

    private static InvalidSendException invalid(String name, String reason) {
        return new InvalidSendException("options." + name, "invalid-option", "options." + name + ": " + reason);
    }
}
