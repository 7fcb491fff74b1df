package dev.caravan.intake;

import dev.caravan.message.Category;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import java.util.Objects;
import java.util.Set;

/**
 * Where sends come from: what is the same for all of one file, request or message.
 *
 * @param scope within which rows without a reference are recognised: a folder's name, {@code key:<name>}, or null for the
 *     inbox itself
 * @param namespace of references
 * @param account for sends that name none, or null when routing chooses
 * @param accounts the accounts they may go through; empty for all
 * @param category of sends that name none, or null
 * @param phoneNumbers how numbers without a country code are read
 * @param sendJson how times without an offset are read
 */
public record Origin(
        String scope,
        String namespace,
        String account,
        Set<String> accounts,
        Category category,
        PhoneNumbers phoneNumbers,
        SendJson sendJson) {

    public Origin {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(phoneNumbers, "phoneNumbers");
        Objects.requireNonNull(sendJson, "sendJson");
        accounts = Set.copyOf(accounts);
    }

    /** The same with another account for sends that name none. */
    public Origin withAccount(String name) {
        return new Origin(scope, namespace, name, accounts, category, phoneNumbers, sendJson);
    }

    boolean mayUse(String name) {
        return accounts.isEmpty() || accounts.contains(name);
    }
}
