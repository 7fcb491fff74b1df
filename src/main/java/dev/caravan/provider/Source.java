package dev.caravan.provider;

/** How sure we are of a fact about a provider; the marks are those of the documentation. */
public enum Source {
    /** The provider's own page on sending says so. */
    SEND_PAGE("S"),
    /** Other public documentation or published clients say so; its age is unknown. */
    PUBLIC("P"),
    /** Our inference: never to be presented as the provider's behaviour. */
    INFERRED("I");

    private final String mark;

    Source(String mark) {
        this.mark = mark;
    }

    public String mark() {
        return mark;
    }
}
