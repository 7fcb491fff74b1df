package dev.caravan.account;

import dev.caravan.message.Content.Template;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * A named credential at a provider, with its own rate.
 *
 * @param name {@code [a-z0-9_-]+}
 * @param provider the provider's name
 * @param baseUrl everything before the path in the provider's documentation, without a slash at its end
 * @param pace how fast it may send
 * @param concurrency provider calls at once, per gateway, 1 or more
 * @param timeout how long a provider may take to answer
 * @param expiresAfter how long after acceptance (or {@code sendAt}, whichever is later) a send is still worth sending
 * @param retryUnknown whether a send whose fate is unknown is sent again: twice rather than never
 * @param maxQueued how many sends may wait, before intake holds back the rest
 * @param confirmWithin a sent send without a delivery report after this long is worth an event; null for never,
 *     and for providers that report none
 * @param webhookToken the last part of the path of the provider's reports, a credential; null when there is none
 * @param rules when its sends may go out, beside its pace
 * @param templates what the templates of sends are at this account, by their names in sends
 * @param settings the provider's own settings by name; may hold credentials, so it is in no text form of this record
 */
public record Account(
        String name,
        String provider,
        String baseUrl,
        Pace pace,
        int concurrency,
        Duration timeout,
        Duration expiresAfter,
        boolean retryUnknown,
        long maxQueued,
        Duration confirmWithin,
        String webhookToken,
        SendingRules rules,
        Map<String, TemplateForm> templates,
        Map<String, String> settings) {

    public Account {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(baseUrl, "baseUrl");
        Objects.requireNonNull(pace, "pace");
        templates = Map.copyOf(templates);
        settings = Map.copyOf(settings);
    }

    /**
     * The send as this account carries it: its template as it is called here.
     *
     * @throws InvalidSendException when the template lacks a parameter that it needs here
     */
    public Send carried(Send send) {
        if (!(send.content() instanceof Template written)) {
            return send;
        }
        TemplateForm form = templates.get(written.name());
        return form == null ? send : send.with(form.of(written));
    }

    /**
     * The value of a provider's setting.
     *
     * @return the value, or null when it is not configured
     */
    public String setting(String key) {
        return settings.get(key);
    }

    /** The value of a provider's setting, or {@code otherwise} when it is not configured. */
    public String setting(String key, String otherwise) {
        return settings.getOrDefault(key, otherwise);
    }

    @Override
    public String toString() {
        return name + " (" + provider + ")";
    }
}
