package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Misdelivered;
import dev.caravan.provider.Verdict.OptedOut;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Stale;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.Verdict.Wait;
import dev.caravan.provider.VerdictRow.Kind;
import java.util.List;
import java.util.Optional;

/**
 * What a provider's answer means: the operator's rows come first, then the provider's own table, then the meaning of the
 * HTTP status that all share.
 */
public final class Judge {

    private static final String REFUSED = "refused";

    private final Providers providers;
    private final List<ConfiguredVerdict> configured;

    /** @param configured the first that matches wins */
    public Judge(Providers providers, List<ConfiguredVerdict> configured) {
        this.providers = providers;
        this.configured = List.copyOf(configured);
    }

    /**
     * A verdict and where it comes from.
     *
     * @param because which row of which table gave it, for people
     * @param recognised whether a row or a status said so, rather than an unlisted refusal
     */
    public record Judged(Verdict verdict, String because, boolean recognised) {}

    /**
     * The verdict on an answer to a send call.
     *
     * @param send as its account carries it
     */
    public Judged judge(Answer answer, Send send, Account account) {
        return judge(answer, providers.get(account.provider()).read(answer, send, account), send, account);
    }

    /** The verdict on an answer that has been read already. */
    public Judged judge(Answer answer, Reading reading, Send send, Account account) {
        Provider provider = providers.get(account.provider());
        Judged own = judge(provider, answer, reading, send, account);
        for (int index = 0; index < configured.size(); index++) {
            ConfiguredVerdict row = configured.get(index);
            if (!(own.verdict() instanceof Misdelivered) && row.matches(answer, own.verdict(), account)) {
                return new Judged(
                        verdict(row, answer, own.verdict()), "row " + (index + 1) + " of caravan.verdicts", true);
            }
        }
        return own;
    }

    /** By the tables that ship, for an answer that no send belongs to: a look-up's or a list's. */
    public static Verdict judge(Provider provider, Answer answer, Reading reading, Account account) {
        return judge(provider, answer, reading, null, account).verdict();
    }

    private static Judged judge(Provider provider, Answer answer, Reading reading, Send send, Account account) {
        if (answer.isSuccess() && answer.mayBeCut()) {
            return new Judged(
                    new Unknown(
                            "unreadable-answer", "the answer does not say where it ends, and may have been cut off"),
                    "an answer that may have been cut off says nothing",
                    true);
        }
        if (reading instanceof Reading.Accepted accepted) {
            return new Judged(
                    new Sent(accepted.messageId(), accepted.otherIds()), provider.name() + " accepted it", true);
        }
        if (reading instanceof Reading.Elsewhere elsewhere) {
            return new Judged(
                    new Misdelivered(elsewhere.code(), elsewhere.text()),
                    provider.name() + " accepted it for another recipient",
                    true);
        }
        Credentials credentials = Credentials.of(provider, account);
        if (reading instanceof Reading.Doubtful doubtful) {
            return new Judged(
                    new Unknown(doubtful.code(), credentials.shown(doubtful.text())),
                    provider.name() + " does not say what it has taken",
                    true);
        }
        Optional<VerdictRow> found = provider.verdicts().stream()
                .filter(row -> row.matches(answer, reading))
                .findFirst();
        String words = credentials.shown(words(reading));
        if (found.isPresent()) {
            VerdictRow row = found.get();
            Verdict verdict = verdict(row, answer, reading, words);
            return new Judged(
                    row.lookAgain() && looksUp(provider, send, account) ? new Stale(verdict) : verdict,
                    provider.name() + ": " + row.meaning() + " (" + row.source().mark() + ")",
                    true);
        }
        if (reading instanceof Reading.Refused refused && answer.isSuccess()) {
            return new Judged(
                    new Permanent(
                            refused.code() == null ? REFUSED : credentials.shown(refused.code()),
                            words == null ? "refused without a reason" : words),
                    provider.name() + " refused it for a reason that is not in its table",
                    false);
        }
        Verdict verdict = HttpVerdicts.of(answer, words);
        return new Judged(verdict, "the meaning of HTTP status " + answer.status(), !(verdict instanceof Permanent));
    }

    /** What was given or not needed, rather than looked up, stays as it is however often it is looked up. */
    private static boolean looksUp(Provider provider, Send send, Account account) {
        return provider.lookup()
                .map(lookup -> lookup.isNeeded(send, account)
                        && lookup.given(send, account).isEmpty())
                .orElse(false);
    }

    private static String words(Reading reading) {
        if (reading instanceof Reading.Refused refused) {
            return refused.text();
        }
        return reading instanceof Reading.Unclear unclear ? unclear.text() : null;
    }

    private static Verdict verdict(VerdictRow row, Answer answer, Reading reading, String words) {
        String named = row.name() == null ? "http-" + answer.status() : row.name();
        String given = reading instanceof Reading.Refused refused ? refused.code() : null;
        String message = words == null ? row.meaning() : words;
        Wait asked = HttpVerdicts.retryAfter(answer);
        boolean asks = row.http() != null && !(asked instanceof Wait.Backoff);
        Wait wait = row.pause() == null || asks ? asked : row.pause();
        return verdict(row.kind(), given == null ? named : given, message, wait, null);
    }

    private static Verdict verdict(ConfiguredVerdict row, Answer answer, Verdict own) {
        Wait wait = row.pause() == null ? HttpVerdicts.retryAfter(answer) : new Wait.For(row.pause());
        String code = own.code() == null ? "http-" + answer.status() : own.code();
        String message = own.message() == null ? "by a row of caravan.verdicts" : own.message();
        return verdict(row.kind(), code, message, wait, own);
    }

    private static Verdict verdict(Kind kind, String code, String message, Wait wait, Verdict own) {
        return switch (kind) {
            case SENT -> own instanceof Sent sent ? sent : new Sent(null, List.of());
            case PERMANENT -> new Permanent(code, message);
            case OPTED_OUT -> new OptedOut(code, message);
            case THROTTLED -> new Throttled(code, message, wait);
            case TRANSIENT -> new Transient(code, message);
            case ACCOUNT -> new AccountFault(code, message);
            case UNKNOWN -> new Unknown(code, message);
        };
    }
}
