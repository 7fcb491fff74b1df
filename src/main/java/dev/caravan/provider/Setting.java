package dev.caravan.provider;

/**
 * A setting of a provider's accounts.
 *
 * @param name its key below {@code settings}, in kebab-case
 * @param required whether an account without it is refused at start
 * @param otherwise its value when it is not configured, or null when it has none then
 * @param description one sentence for the configuration reference
 */
public record Setting(String name, boolean required, String otherwise, String description) {

    public static Setting required(String name, String description) {
        return new Setting(name, true, null, description);
    }

    public static Setting optional(String name, String description) {
        return new Setting(name, false, null, description);
    }

    public static Setting optional(String name, String otherwise, String description) {
        return new Setting(name, false, otherwise, description);
    }
}
