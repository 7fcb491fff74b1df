package dev.caravan.provider.texter;

import dev.caravan.message.Content;
import dev.caravan.message.Content.Button;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Menu;
import dev.caravan.message.Content.Row;
import dev.caravan.message.Content.Section;
import dev.caravan.message.Content.Text;
import dev.caravan.message.InvalidSendException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How much of each type Texter takes. The counts and the text's length are its own; the lengths of labels are those of
 * WhatsApp, which refuses longer ones only after Texter has accepted them.
 */
final class TexterLimits {

    private static final int TEXT_CHARACTERS = 4096;
    private static final int MEDIA_ITEMS = 10;
    private static final int BUTTONS = 3;
    private static final int LIST_ROWS = 10;
    private static final int BUTTON_CHARACTERS = 20;
    private static final int ROW_CHARACTERS = 24;
    private static final Pattern PUBLIC_URL = Pattern.compile("(?i)https?://.+");

    private TexterLimits() {}

    /** @throws InvalidSendException naming the field that Texter would not carry as it is */
    static void check(Content content) {
        if (content instanceof Text text) {
            checkLength("text", text.text(), TEXT_CHARACTERS, "Texter takes a text");
        } else if (content instanceof Media media) {
            checkMedia(media);
        } else if (content instanceof Buttons buttons) {
            checkButtons(buttons.buttons());
        } else if (content instanceof Menu menu) {
            checkMenu(menu);
        }
    }

    private static void checkMedia(Media media) {
        if (media.caption() != null) {
            throw new InvalidSendException(
                    "text",
                    "unsupported",
                    "Texter documents no caption for media; send the text as a message of its own");
        }
        checkCount("media", media.items().size(), MEDIA_ITEMS, "files");
        for (Item item : media.items()) {
            if (item.filename() != null) {
                throw new InvalidSendException(
                        "media.filename", "unsupported", "Texter documents no file name for media; leave it out");
            }
            if (!PUBLIC_URL.matcher(item.url()).matches()) {
                throw new InvalidSendException(
                        "media.url",
                        "unsupported-url",
                        "Texter fetches media itself; write an http(s) URL that it can reach");
            }
        }
    }

    private static void checkButtons(List<Button> buttons) {
        checkCount("buttons", buttons.size(), BUTTONS, "buttons");
        for (Button button : buttons) {
            checkLength("buttons.title", button.title(), BUTTON_CHARACTERS, "WhatsApp takes a button's title");
        }
    }

    private static void checkMenu(Menu menu) {
        checkLength("list.button", menu.button(), BUTTON_CHARACTERS, "WhatsApp takes the label of a list");
        List<Row> rows = menu.sections().stream()
                .map(Section::rows)
                .flatMap(List::stream)
                .toList();
        checkCount("list.sections", rows.size(), LIST_ROWS, "rows over all sections");
        for (Row row : rows) {
            checkLength("list.sections.rows.title", row.title(), ROW_CHARACTERS, "WhatsApp takes a row's title");
        }
    }

    private static void checkCount(String field, int count, int most, String what) {
        if (count > most) {
            throw new InvalidSendException(
                    field, "too-many", "Texter takes up to " + most + " " + what + ", this send has " + count);
        }
    }

    private static void checkLength(String field, String text, int most, String who) {
        int length = text.codePointCount(0, text.length());
        if (length > most) {
            throw new InvalidSendException(
                    field, "too-long", who + " of up to " + most + " characters, this one has " + length);
        }
    }
}
