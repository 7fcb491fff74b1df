package dev.caravan.intake;

import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import java.util.Set;

/** The origins of sends that come without a file. */
public final class Origins {

    private final PhoneNumbers phoneNumbers;
    private final SendJson sendJson;

    Origins(PhoneNumbers phoneNumbers, SendJson sendJson) {
        this.phoneNumbers = phoneNumbers;
        this.sendJson = sendJson;
    }

    /**
     * The sends of a caller of the REST door.
     *
     * @param key its name
     * @param accounts it may use; empty for all
     */
    public Origin ofKey(String key, String namespace, Set<String> accounts) {
        return new Origin("key:" + key, namespace, null, accounts, null, phoneNumbers, sendJson);
    }

    /** The sends of the JMS door. */
    public Origin ofQueue(String namespace) {
        return new Origin("jms", namespace, null, Set.of(), null, phoneNumbers, sendJson);
    }
}
