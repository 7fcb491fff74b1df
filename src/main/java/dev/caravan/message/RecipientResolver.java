package dev.caravan.message;

/** Makes a recipient of what a caller wrote as {@code to}. */
@FunctionalInterface
public interface RecipientResolver {

    /**
     * @param to a phone number in any form, or a provider's own group or chat id
     * @param account the account the caller named, or null
     * @throws InvalidSendException when it is neither, with the field {@code to}
     */
    Recipient resolve(String to, String account);
}
