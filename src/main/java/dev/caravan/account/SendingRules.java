package dev.caravan.account;

/**
 * When an account's sends may go out, beside its pace.
 *
 * @param inOrder whether sends of the same priority to one recipient go out in the order in which they were accepted
 */
public record SendingRules(boolean inOrder) {

    /** Whenever the pace allows. */
    public static final SendingRules NONE = new SendingRules(false);
}
