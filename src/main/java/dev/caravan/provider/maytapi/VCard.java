package dev.caravan.provider.maytapi;

import dev.caravan.message.Content.Contact;
import java.util.regex.Pattern;

/**
 * A contact as a vCard 3.0 (RFC 2426) of the properties that the documented example has. Lines are neither folded nor
 * ended by a carriage return, as there.
 */
final class VCard {

    private static final Pattern LINE_BREAK = Pattern.compile("\\R");
    private static final Pattern SPECIAL = Pattern.compile("[\\\\;,]");

    private VCard() {}

    static String of(Contact contact) {
        StringBuilder card = new StringBuilder("BEGIN:VCARD\nVERSION:3.0\n");
        card.append("FN:").append(escaped(contact.name())).append('\n');
        contact.phones()
                .forEach(phone ->
                        card.append("TEL;TYPE=CELL:").append(escaped(phone)).append('\n'));
        return card.append("END:VCARD").toString();
    }

    /** A text value (section 4 of the RFC): a line break in it would begin another property. */
    private static String escaped(String text) {
        String special = SPECIAL.matcher(text).replaceAll("\\\\$0");
        return LINE_BREAK.matcher(special).replaceAll("\\\\n");
    }
}
