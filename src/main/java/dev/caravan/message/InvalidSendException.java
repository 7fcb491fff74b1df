package dev.caravan.message;

/** A send that cannot be accepted as it is. Names the field, a stable code, and what to do about it. */
public final class InvalidSendException extends RuntimeException {

    private final String field;
    private final String code;

    /**
     * @param field the field at fault by its JSON name ({@code media.url})
     * @param code stable and machine-readable, in kebab-case ({@code invalid-number})
     * @param reason for people: what is wrong and what to write instead, without the message's text
     */
    public InvalidSendException(String field, String code, String reason) {
        super(reason);
        this.field = field;
        this.code = code;
    }

    public String field() {
        return field;
    }

    public String code() {
        return code;
    }
}
