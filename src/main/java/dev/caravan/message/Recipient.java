package dev.caravan.message;

import java.util.Objects;

/**
 * Where a send goes.
 *
 * @param address a phone number in E.164 form with its plus sign ({@code +905301234567}), or a provider's own group or
 *     chat id as the caller wrote it
 */
public record Recipient(String address) {

    public Recipient {
        Objects.requireNonNull(address, "address");
    }

    public boolean isPhone() {
        return address.startsWith("+");
    }

    /** The phone number without its plus sign, or the id as it is. */
    public String digits() {
        return isPhone() ? address.substring(1) : address;
    }

    /** For logs: the country code and the last two digits of a number stay, of an id its last two characters. */
    public String masked() {
        return Masking.mask(address);
    }

    @Override
    public String toString() {
        return masked();
    }
}
