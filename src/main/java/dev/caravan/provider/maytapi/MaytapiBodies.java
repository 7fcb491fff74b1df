package dev.caravan.provider.maytapi;

import dev.caravan.message.Content.Button;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Contact;
import dev.caravan.message.Content.Contacts;
import dev.caravan.message.Content.Location;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Send;
import java.util.List;

/** The bodies of {@code sendMessage}, in the snake case that the documentation of the call uses. */
final class MaytapiBodies {

    private MaytapiBodies() {}

    static Object of(Send send) {
        String to = send.to().digits();
        String replyTo = send.replyTo();
        Object skipFilter = send.options().get("skip_filter");
        if (send.content() instanceof Text text) {
            return new TextBody(
                    to,
                    MaytapiOptions.kind(send).map(MaytapiOptions.Kind::word).orElse("text"),
                    text.text(),
                    send.options().get("text"),
                    replyTo,
                    send.options().get("forward_caption"),
                    skipFilter);
        }
        if (send.content() instanceof Media media) {
            String url = media.first().url();
            String filename = media.first().filename();
            return new MediaBody(to, "media", url, media.caption(), filename, replyTo, skipFilter);
        }
        if (send.content() instanceof Location place) {
            return new LocationBody(
                    to, "location", place.latitude(), place.longitude(), place.name(), replyTo, skipFilter);
        }
        if (send.content() instanceof Contacts contacts) {
            return new CardBody(to, "vcard", Card.of(contacts.contacts().get(0)), replyTo, skipFilter);
        }
        if (send.content() instanceof Buttons buttons) {
            return new ButtonsBody(
                    to,
                    "buttons",
                    buttons.text(),
                    send.options().get("title"),
                    send.options().get("footer"),
                    buttons.buttons().stream().map(Choice::of).toList(),
                    replyTo,
                    skipFilter);
        }
        throw new IllegalArgumentException(
                "type: Maytapi carries no " + send.content().type().word());
    }

    /**
     * A text to a number or a group, or what {@link MaytapiOptions.Kind} makes of it.
     *
     * @param text the title of a link
     */
    record TextBody(
            String to_number,
            String type,
            String message,
            Object text,
            String reply_to,
            Object forward_caption,
            Object skip_filter) {}

    /** A file by URL or data URI with its caption; Maytapi itself tells image, video, audio and document apart. */
    record MediaBody(
            String to_number,
            String type,
            String message,
            String text,
            String filename,
            String reply_to,
            Object skip_filter) {}

    /** A place, with its name as the text. */
    record LocationBody(
            String to_number,
            String type,
            double latitude,
            double longitude,
            String text,
            String reply_to,
            Object skip_filter) {}

    /** A contact card. */
    record CardBody(String to_number, String type, Card message, String reply_to, Object skip_filter) {}

    /** A contact card and the name that is shown before it is opened. */
    record Card(String displayName, String vcard) {
        static Card of(Contact contact) {
            return new Card(contact.name(), VCard.of(contact));
        }
    }

    /** A text with buttons below it. */
    record ButtonsBody(
            String to_number,
            String type,
            String message,
            Object title,
            Object footer,
            List<Choice> buttons,
            String reply_to,
            Object skip_filter) {}

    /** A button. */
    record Choice(String id, String text) {
        static Choice of(Button button) {
            return new Choice(button.id(), button.title());
        }
    }
}
