package dev.caravan.jms;

import dev.caravan.account.Accounts;
import jakarta.jms.ConnectionFactory;

/** Whether there is a JMS door, for the routes that are there only then. */
final class JmsDoor {

    private final ConnectionFactory connections;
    private final Accounts accounts;

    /** @param connections null when the door is closed */
    JmsDoor(ConnectionFactory connections, Accounts accounts) {
        this.connections = connections;
        this.accounts = accounts;
    }

    /** Whether a broker is configured. */
    public boolean isOpen() {
        return connections != null;
    }

    /** Whether messages are taken: without any account nothing could be sent, so they stay in their queue. */
    public boolean isTaking() {
        return isOpen() && !accounts.isEmpty();
    }

    /** The queue of what is no valid send. */
    static String invalid(String queue) {
        return queue + ".invalid";
    }
}
