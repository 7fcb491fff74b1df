package dev.caravan.message;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a send carries: one record per {@link ContentType}, media types sharing {@link Media}. */
public sealed interface Content {

    ContentType type();

    /** Plain text. */
    record Text(String text) implements Content {
        @Override
        public ContentType type() {
            return ContentType.TEXT;
        }
    }

    /**
     * Image, video, audio or document.
     *
     * @param type one of the four media types
     * @param items one or more files
     * @param caption text shown with the media, or null
     */
    record Media(ContentType type, List<Item> items, String caption) implements Content {
        public Media {
            if (!type.isMedia()) {
                throw new IllegalArgumentException("type: " + type + " is no media type");
            }
            items = List.copyOf(items);
            if (items.isEmpty()) {
                throw new IllegalArgumentException("items: a media send needs at least one file");
            }
        }

        /** The only or first file. */
        public Item first() {
            return items.get(0);
        }
    }

    /**
     * One file.
     *
     * @param url an http(s) URL, a {@code data:} URI, or a path on the provider's server where the provider works so
     * @param filename the name shown to the recipient, or null
     */
    record Item(String url, String filename) {}

    /**
     * A place.
     *
     * @param latitude degrees, -90 to 90
     * @param longitude degrees, -180 to 180
     * @param name what the place is called, or null
     * @param address its postal address, or null
     */
    record Location(double latitude, double longitude, String name, String address) implements Content {
        @Override
        public ContentType type() {
            return ContentType.LOCATION;
        }
    }

    /** One or more contact cards. */
    record Contacts(List<Contact> contacts) implements Content {
        public Contacts {
            contacts = List.copyOf(contacts);
        }

        @Override
        public ContentType type() {
            return ContentType.CONTACTS;
        }
    }

    /** A contact card: a display name and one or more phone numbers as the caller wrote them. */
    record Contact(String name, List<String> phones) {
        public Contact {
            phones = List.copyOf(phones);
        }
    }

    /** Text with buttons to choose from. */
    record Buttons(String text, List<Button> buttons) implements Content {
        public Buttons {
            buttons = List.copyOf(buttons);
        }

        @Override
        public ContentType type() {
            return ContentType.BUTTONS;
        }
    }

    /** A button: the id that comes back when it is pressed, and its label. */
    record Button(String id, String title) {}

    /**
     * Text with a menu of rows.
     *
     * @param text the message
     * @param button the label that opens the menu
     * @param sections one or more groups of rows
     */
    record Menu(String text, String button, List<Section> sections) implements Content {
        public Menu {
            sections = List.copyOf(sections);
        }

        @Override
        public ContentType type() {
            return ContentType.LIST;
        }
    }

    /** A titled group of menu rows. */
    record Section(String title, List<Row> rows) {
        public Section {
            rows = List.copyOf(rows);
        }
    }

    /** A menu row: the id that comes back, its title, and a description or null. */
    record Row(String id, String title, String description) {}

    /**
     * A template approved beforehand.
     *
     * @param name the template's name
     * @param language its language code, or null when it has only one
     * @param parameters values by parameter key, in the order given
     * @param header header media, or null
     */
    record Template(String name, String language, Map<String, String> parameters, Item header) implements Content {
        public Template {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }

        @Override
        public ContentType type() {
            return ContentType.TEMPLATE;
        }
    }
}
