package dev.caravan.intake;

/** An account has as many waiting sends as it may; nothing was stored. Worth trying again when some have gone. */
public final class QueueFullException extends RuntimeException {

    private final String account;

    QueueFullException(String account) {
        super("account " + account + " has as many waiting sends as caravan.accounts." + account
                + ".max-queued allows; try again later");
        this.account = account;
    }

    public String account() {
        return account;
    }
}
