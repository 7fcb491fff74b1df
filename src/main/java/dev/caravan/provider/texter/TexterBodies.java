package dev.caravan.provider.texter;

import dev.caravan.message.Content;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Contacts;
import dev.caravan.message.Content.Location;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Menu;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Send;
import java.util.List;

/**
 * The bodies of the send call, one per value of {@code type}; {@code context} is the message that is answered,
 * {@code tmpSendId} our id of the send, which prevents no duplicates. Texter
 * documents the outer keys. The keys inside buttons, list and contacts are those of messages read back from it, the
 * keys inside location those of the platform beneath: our inference, changed by renaming a component here.
 */
final class TexterBodies {

    private TexterBodies() {}

    static Object of(Send send, String tmpSendId) {
        Content content = send.content();
        String context = send.replyTo();
        if (content instanceof Text text) {
            return new TextBody("text", text.text(), context, tmpSendId);
        }
        if (content instanceof Media media) {
            return new MediaBody("media", items(media), context, tmpSendId);
        }
        if (content instanceof Location place) {
            return new LocationBody(
                    "location",
                    new Place(place.latitude(), place.longitude(), place.name(), place.address()),
                    context,
                    tmpSendId);
        }
        if (content instanceof Contacts contacts) {
            return new ContactsBody("contacts", cards(contacts), context, tmpSendId);
        }
        if (content instanceof Buttons buttons) {
            return new ButtonsBody("buttons", buttons.text(), choices(buttons), context, tmpSendId);
        }
        if (content instanceof Menu menu) {
            return new ListBody("list", menu.text(), new Choices(menu.button(), sections(menu)), context, tmpSendId);
        }
        throw new IllegalArgumentException(
                "type: Texter carries no " + content.type().word());
    }

    private static List<File> items(Media media) {
        String mediaType = media.type().word();
        return media.items().stream()
                .map(item -> new File(mediaType, item.url()))
                .toList();
    }

    private static List<Card> cards(Contacts contacts) {
        return contacts.contacts().stream()
                .map(contact -> new Card(
                        new Name(contact.name()),
                        contact.phones().stream().map(Phone::new).toList()))
                .toList();
    }

    private static List<Choice> choices(Buttons buttons) {
        return buttons.buttons().stream()
                .map(button -> new Choice(button.title(), button.id()))
                .toList();
    }

    private static List<Section> sections(Menu menu) {
        return menu.sections().stream()
                .map(section -> new Section(
                        section.title(),
                        section.rows().stream()
                                .map(row -> new Row(row.title(), row.id(), row.description()))
                                .toList()))
                .toList();
    }

    record TextBody(String type, String text, String context, String tmpSendId) {}

    record MediaBody(String type, List<File> media, String context, String tmpSendId) {}

    record File(String mediaType, String url) {}

    record LocationBody(String type, Place location, String context, String tmpSendId) {}

    record Place(double latitude, double longitude, String name, String address) {}

    record ContactsBody(String type, List<Card> contacts, String context, String tmpSendId) {}

    record Card(Name name, List<Phone> phones) {}

    record Name(String formatted_name) {}

    record Phone(String phone) {}

    record ButtonsBody(String type, String text, List<Choice> buttons, String context, String tmpSendId) {}

    record Choice(String title, String payload) {}

    record ListBody(String type, String text, Choices list, String context, String tmpSendId) {}

    record Choices(String button, List<Section> sections) {}

    record Section(String title, List<Row> rows) {}

    record Row(String title, String payload, String description) {}
}
