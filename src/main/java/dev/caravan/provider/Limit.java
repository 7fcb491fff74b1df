package dev.caravan.provider;

import dev.caravan.message.Content;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Contacts;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Menu;
import dev.caravan.message.Content.Text;
import dev.caravan.message.InvalidSendException;
import java.util.ArrayList;
import java.util.List;

/**
 * The most that a provider takes of something.
 *
 * @param measure of what
 * @param most how many, at least 1
 * @param source who says so
 */
public record Limit(Measure measure, int most, Source source) {

    /** What is counted; characters are Unicode code points. */
    public enum Measure {
        TEXT_CHARACTERS("characters of a text"),
        CAPTION_CHARACTERS("characters of a caption"),
        MEDIA_ITEMS("files"),
        CONTACTS("contacts"),
        BUTTONS("buttons"),
        BUTTON_TITLE_CHARACTERS("characters of a button's title"),
        LIST_ROWS("rows over all sections of a list"),
        LIST_BUTTON_CHARACTERS("characters of a list's button"),
        ROW_TITLE_CHARACTERS("characters of a row's title");

        private final String what;

        Measure(String what) {
            this.what = what;
        }

        /** What is counted, for people. */
        public String what() {
            return what;
        }
    }

    /**
     * Refuses content beyond this limit.
     *
     * @param provider whose limit it is
     * @throws InvalidSendException naming the field and the figure; its code is {@code too-long} or {@code too-many}
     */
    void check(Content content, String provider) {
        for (Counted counted : counted(content)) {
            if (counted.number() > most) {
                throw new InvalidSendException(
                        counted.field(),
                        measure.name().endsWith("CHARACTERS") ? "too-long" : "too-many",
                        "provider " + provider + " takes at most " + most + " " + measure.what() + ", not "
                                + counted.number());
            }
        }
    }

    private List<Counted> counted(Content content) {
        return switch (measure) {
            case TEXT_CHARACTERS -> textOf(content);
            case CAPTION_CHARACTERS ->
                content instanceof Media media && media.caption() != null
                        ? List.of(characters("text", media.caption()))
                        : List.of();
            case MEDIA_ITEMS ->
                content instanceof Media media
                        ? List.of(new Counted("media", media.items().size()))
                        : List.of();
            case CONTACTS ->
                content instanceof Contacts contacts
                        ? List.of(new Counted("contacts", contacts.contacts().size()))
                        : List.of();
            case BUTTONS ->
                content instanceof Buttons buttons
                        ? List.of(new Counted("buttons", buttons.buttons().size()))
                        : List.of();
            case BUTTON_TITLE_CHARACTERS -> content instanceof Buttons buttons ? titles(buttons) : List.of();
            case LIST_ROWS ->
                content instanceof Menu menu ? List.of(new Counted("list.sections", rows(menu))) : List.of();
            case LIST_BUTTON_CHARACTERS ->
                content instanceof Menu menu ? List.of(characters("list.button", menu.button())) : List.of();
            case ROW_TITLE_CHARACTERS -> content instanceof Menu menu ? rowTitles(menu) : List.of();
        };
    }

    private static List<Counted> textOf(Content content) {
        if (content instanceof Text text) {
            return List.of(characters("text", text.text()));
        }
        if (content instanceof Buttons buttons) {
            return List.of(characters("text", buttons.text()));
        }
        return content instanceof Menu menu ? List.of(characters("text", menu.text())) : List.of();
    }

    private static List<Counted> titles(Buttons buttons) {
        List<Counted> titles = new ArrayList<>();
        buttons.buttons()
                .forEach(button -> titles.add(characters("buttons[" + titles.size() + "].title", button.title())));
        return titles;
    }

    private static int rows(Menu menu) {
        return menu.sections().stream()
                .mapToInt(section -> section.rows().size())
                .sum();
    }

    private static List<Counted> rowTitles(Menu menu) {
        List<Counted> titles = new ArrayList<>();
        for (int section = 0; section < menu.sections().size(); section++) {
            List<Content.Row> rows = menu.sections().get(section).rows();
            for (int row = 0; row < rows.size(); row++) {
                String field = "list.sections[" + section + "].rows[" + row + "].title";
                titles.add(characters(field, rows.get(row).title()));
            }
        }
        return titles;
    }

    private static Counted characters(String field, String text) {
        return new Counted(field, text == null ? 0 : text.codePointCount(0, text.length()));
    }

    private record Counted(String field, int number) {}
}
