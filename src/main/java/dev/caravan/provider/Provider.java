package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Caravan needs to know of a provider. Implementations are found by their type, hold no state, and are pure: no
 * clock, no input or output, no framework. The route {@code direct:<name>} does the call around them.
 */
public interface Provider {

    /** The provider's name in configuration, routes and outcomes: {@code [a-z0-9-]+}. */
    String name();

    /** Everything before the path in the provider's documentation; {@code {setting}} stands for a setting's value. */
    String defaultBaseUrl();

    /** A careful pace for accounts that configure none. */
    Pace defaultPace();

    /** Calls at once for accounts that configure none. */
    default int defaultConcurrency() {
        return 4;
    }

    /** The settings an account of this provider may or must have. */
    List<Setting> settings();

    /** The types of content it carries, and who says that it does. */
    Map<ContentType, Source> types();

    /** How much it takes of each, checked at intake. */
    default List<Limit> limits() {
        return List.of();
    }

    /** When a real account last confirmed what is declared here; empty for never. */
    default Optional<LocalDate> verified() {
        return Optional.empty();
    }

    /** The names a send may use in {@code options}. */
    default Set<String> options() {
        return Set.of();
    }

    /** Whether {@code to} is a group or chat id of this provider's, rather than a phone number. */
    default boolean isOwnId(String to) {
        return false;
    }

    /**
     * Refuses, at intake, what this provider cannot carry although it carries the type: a text too long, a missing
     * file name, a kind of URL.
     *
     * @throws InvalidSendException naming the field, with the provider's figure in the reason
     */
    default void check(Send send, Account account) {}

    /**
     * Refuses, at start, settings that contradict each other or lack one of several alternatives.
     *
     * @throws IllegalArgumentException naming the setting
     */
    default void check(Account account) {}

    /**
     * The body of the send call.
     *
     * @return a record whose components carry the provider's field names; null components are left out of the JSON
     */
    Object request(Send send, Account account);

    /**
     * The body of the send call, for a provider that takes an id of ours along.
     *
     * @param sendId ours; the same for every attempt
     * @return as {@link #request(Send, Account)}
     */
    default Object request(Send send, Account account, String sendId) {
        return request(send, account);
    }

    /** What the provider's answer to the send call says. Never throws: what it cannot read is unclear. */
    Reading read(Answer answer, Send send, Account account);

    /** What refusals mean; the first row that matches wins, and none leaves it to the HTTP status. */
    List<VerdictRow> verdicts();

    /** The call that carries one message to many recipients, if there is one. */
    default Optional<Bulk> bulk() {
        return Optional.empty();
    }

    /** What must be looked up before a send can be claimed, if this provider needs such a thing. */
    default Optional<Lookup> lookup() {
        return Optional.empty();
    }

    /** Whom an account could send from, if this provider can be asked. */
    default Directory directory() {
        return new Directory.None(name() + " publishes no list of phones, users or accounts");
    }

    /** How an account is checked without sending, if it can be. */
    default Optional<Checkup> checkup() {
        return Optional.empty();
    }

    /** What it reports of its own accord, if it does. */
    default Optional<Webhook> webhook() {
        return Optional.empty();
    }

    /** How it is asked what became of sends, if it can be. */
    default Optional<Tracking> tracking() {
        return Optional.empty();
    }
}
