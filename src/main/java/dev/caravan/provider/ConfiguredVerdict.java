package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.provider.VerdictRow.Kind;
import java.time.Duration;
import java.util.Objects;

/**
 * A row that an operator puts before the providers' tables. All conditions that are not null must hold.
 *
 * @param provider whose answers it is for, or null for every provider's
 * @param account which account's answers it is for, or null for every account's
 * @param http the HTTP status
 * @param code the provider's code, or ours
 * @param text contained in the answer, whatever its case and accents
 * @param kind what such an answer means
 * @param pause how long a throttled account waits, or null for {@code Retry-After} or else the usual backoff
 */
public record ConfiguredVerdict(
        String provider, String account, Integer http, String code, String text, Kind kind, Duration pause) {

    public ConfiguredVerdict {
        Objects.requireNonNull(kind, "kind");
    }

    /** @param verdict what the provider's own table makes of the answer */
    boolean matches(Answer answer, Verdict verdict, Account of) {
        return (provider == null || provider.equals(of.provider()))
                && (account == null || account.equals(of.name()))
                && (http == null || http == answer.status())
                && (code == null || code.equals(verdict.code()))
                && (text == null || VerdictRow.fold(answer.body()).contains(VerdictRow.fold(text)));
    }
}
