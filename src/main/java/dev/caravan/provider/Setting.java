package dev.caravan.provider;

/**
 * A setting of a provider's accounts.
 *
 * @param name its key below {@code settings}, in kebab-case
 * @param required whether an account without it is refused at start
 * @param secret whether it is a credential, which nothing may show
 * @param otherwise its value when it is not configured, or null when it has none then
 * @param description one sentence for the configuration reference
 */
public record Setting(String name, boolean required, boolean secret, String otherwise, String description) {

    public static Setting required(String name, String description) {
        return new Setting(name, true, false, null, description);
    }

    public static Setting optional(String name, String description) {
        return new Setting(name, false, false, null, description);
    }

    public static Setting optional(String name, String otherwise, String description) {
        return new Setting(name, false, false, otherwise, description);
    }

    /** This setting as a credential. */
    public Setting asSecret() {
        return new Setting(name, required, true, otherwise, description);
    }
}
