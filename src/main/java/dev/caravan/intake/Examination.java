package dev.caravan.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.RoutingRule;
import dev.caravan.account.RoutingRule.Failover;
import dev.caravan.ledger.ExistingSend;
import dev.caravan.ledger.NewSend;
import dev.caravan.message.Category;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Priority;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Providers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a row would be as a send, before the ledger is asked: validated against the account that would serve it. The same
 * for every door and for a rehearsal. Safe for concurrent use.
 */
public final class Examination {

    private static final CategoryRule NO_RULE = new CategoryRule(null, null);

    private final Accounts accounts;
    private final Providers providers;
    private final Map<Category, CategoryRule> categories;

    /** @param categories what each stands for; one that is absent stands for nothing */
    Examination(Accounts accounts, Providers providers, Map<Category, CategoryRule> categories) {
        this.accounts = accounts;
        this.providers = providers;
        this.categories = Map.copyOf(categories);
    }

    /**
     * What a row is before the ledger has been asked about it: a send with its account and key, or a problem. One whose only
     * problem is that it comes too late has them all: it may repeat a send that came in time.
     *
     * @param key null for a send that repeats nothing by definition
     * @param standIns accounts that take the send while its account is down
     * @param barred accounts that its sender may not use, with a space between their names, or null
     * @param content the canonical JSON as text
     * @param digests of the fields that idempotency compares
     */
    record Candidate(
            Row row,
            Send send,
            Account account,
            List<Account> standIns,
            String barred,
            ObjectNode canonical,
            Instant expiresAt,
            String key,
            String content,
            String digests,
            InvalidSendException problem) {

        private static Candidate invalid(Row row, InvalidSendException problem) {
            return new Candidate(row, null, null, List.of(), null, null, null, null, null, null, problem);
        }

        boolean isSend() {
            return send != null && problem == null;
        }

        /** Whether an earlier send, of the same key, says the same. */
        boolean repeats(ExistingSend earlier) {
            return earlier.digests().equals(digests);
        }

        /** For a row of a batch, recognised by its reference or else by its cells, before equal rows are {@link #numbered}. */
        Candidate withKey(RowKeys keys) {
            if (!hasCellsForKey()) {
                return withReference(keys.origin(), keys.fingerprints());
            }
            return keyed(keys.fingerprint(account, row)).digested(keys.fingerprints());
        }

        /** The next of its batch: one with the cells of rows before it is told from them by their number. */
        Candidate numbered(RowKeys keys) {
            return hasCellsForKey() ? keyed(keys.number(key)) : this;
        }

        private boolean hasCellsForKey() {
            return isSend() && send.reference() == null;
        }

        /** Recognised by its reference, or by nothing. */
        Candidate withReference(Origin origin, Fingerprints fingerprints) {
            if (send == null) {
                return this;
            }
            return keyed(send.reference() == null ? null : NewSend.key(origin.namespace(), send.reference()))
                    .digested(fingerprints);
        }

        /** Why it is refused when an earlier send has its reference and says something else. */
        InvalidSendException conflictWith(ExistingSend earlier) {
            return new InvalidSendException(
                    "reference",
                    "reference-conflict",
                    "reference: send " + earlier.id() + " has this reference and differs in "
                            + Fingerprints.differing(digests, earlier.digests()));
        }

        private Candidate keyed(String other) {
            return new Candidate(
                    row, send, account, standIns, barred, canonical, expiresAt, other, content, digests, problem);
        }

        private Candidate digested(Fingerprints fingerprints) {
            return new Candidate(
                    row,
                    send,
                    account,
                    standIns,
                    barred,
                    canonical,
                    expiresAt,
                    key,
                    canonical.toString(),
                    fingerprints.ofContent(canonical),
                    problem);
        }
    }

    /**
     * A row as a send, validated against the account that would serve it.
     *
     * @param priority when the send says none, before that of its category; or null
     * @param idempotencyKey makes the reference of a send without one, or null
     */
    Candidate examine(Origin origin, Row row, Priority priority, String idempotencyKey, Instant now) {
        try {
            if (row.sendId() != null) {
                return Candidate.invalid(row, null);
            }
            if (row.problem() != null) {
                throw row.problem();
            }
            ObjectNode node = completed(origin, row, priority, idempotencyKey);
            Send send = origin.sendJson().read(node, (to, account) -> resolve(origin, to, account));
            Account account = accounts.choose(send.account(), send.to());
            if (!origin.mayUse(account.name())) {
                throw new InvalidSendException(
                        "account",
                        "account-not-allowed",
                        "this key may not send through account " + account.name() + "; it may use "
                                + String.join(
                                        ", ",
                                        origin.accounts().stream().sorted().toList()));
            }
            Optional<RoutingRule> rule = send.account() == null ? accounts.rule(send.to()) : Optional.empty();
            List<Account> standIns = standIns(origin, account, rule);
            providers.check(send, account);
            standIns.forEach(other -> providers.check(send, other));
            Instant expiry = expiry(send, account, now);
            ObjectNode canonical = origin.sendJson().write(send);
            return new Candidate(
                    row,
                    send,
                    account,
                    rule.filter(found -> found.failover() == Failover.DOWN).isPresent() ? standIns : List.of(),
                    barred(origin, rule),
                    canonical,
                    expiry,
                    null,
                    null,
                    null,
                    late(expiry, now));
        } catch (InvalidSendException problem) {
            return Candidate.invalid(row, problem);
        }
    }

    /** The accounts that the send may fail over to: each of them must be able to carry it. */
    private static List<Account> standIns(Origin origin, Account account, Optional<RoutingRule> rule) {
        return rule.filter(found -> found.failover() != Failover.NEVER)
                .map(found -> found.accounts().stream()
                        .filter(other -> !other.equals(account) && origin.mayUse(other.name()))
                        .toList())
                .orElse(List.of());
    }

    private static String barred(Origin origin, Optional<RoutingRule> rule) {
        return rule.filter(found -> found.failover() != Failover.NEVER)
                .map(found -> found.accounts().stream()
                        .map(Account::name)
                        .filter(name -> !origin.mayUse(name))
                        .collect(Collectors.joining(" ")))
                .filter(names -> !names.isEmpty())
                .orElse(null);
    }

    private static InvalidSendException late(Instant expiry, Instant now) {
        return expiry.isAfter(now)
                ? null
                : new InvalidSendException("expiresAt", "expired", "its expiry has passed already");
    }

    /** The row's own fields, and what its origin and category say where it says nothing. */
    private ObjectNode completed(Origin origin, Row row, Priority priority, String idempotencyKey) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.setAll(row.send());
        if (origin.account() != null && isAbsent(node, "account")) {
            node.put("account", origin.account());
        }
        if (origin.category() != null && isAbsent(node, "category")) {
            node.put("category", origin.category().word());
        }
        if (idempotencyKey != null && isAbsent(node, "reference")) {
            node.put("reference", idempotencyKey + '#' + row.number());
        }
        if (isAbsent(node, "priority")) {
            Priority assumed = priority != null
                    ? priority
                    : Category.of(node.path("category").asText())
                            .map(this::rule)
                            .map(CategoryRule::priority)
                            .orElse(null);
            if (assumed != null) {
                node.put("priority", assumed.word());
            }
        }
        return node;
    }

    /** As {@link dev.caravan.message.SendJson} reads it: a blank string or a null counts as absent. */
    private static boolean isAbsent(ObjectNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode()
                || value.isNull()
                || value.isTextual() && value.textValue().isBlank();
    }

    private Recipient resolve(Origin origin, String to, String account) {
        boolean ownId = account != null
                && accounts.find(account)
                        .map(named -> providers.get(named.provider()).isOwnId(to))
                        .orElse(false);
        return ownId ? new Recipient(to) : origin.phoneNumbers().normalise(to);
    }

    private CategoryRule rule(Category category) {
        return categories.getOrDefault(category, NO_RULE);
    }

    private Instant expiry(Send send, Account account, Instant now) {
        if (send.expiresAt() != null) {
            return send.expiresAt();
        }
        Instant start = send.sendAt() != null && send.sendAt().isAfter(now) ? send.sendAt() : now;
        Duration byCategory =
                send.category() == null ? null : rule(send.category()).expiresAfter();
        return start.plus(byCategory == null ? account.expiresAfter() : byCategory);
    }
}
