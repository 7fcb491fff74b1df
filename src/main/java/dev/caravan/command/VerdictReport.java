package dev.caravan.command;

import dev.caravan.account.Account;
import dev.caravan.delivery.Consequence;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Judge.Judged;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.Wait;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** What {@code verdict} says. */
final class VerdictReport {

    private static final String USUAL = "1 s, then longer each time, up to about 15 min";

    private final PrintWriter out;
    private final ZoneId zone;

    /** @param zone for times */
    VerdictReport(PrintWriter out, ZoneId zone) {
        this.out = out;
        this.zone = zone;
    }

    /** @param sample the send that stood in for the one that was answered; null when that was given */
    void print(Answer answer, Account account, Judged judged, Send sample) {
        Verdict verdict = judged.verdict();
        line("answer", "HTTP " + answer.status() + " of " + account.provider());
        line("verdict", verdict.word());
        line("code", verdict.code());
        line("message", verdict.message());
        if (verdict instanceof Verdict.Sent sent) {
            line("id", sent.providerMessageId());
            line("more ids", sent.otherIds().isEmpty() ? null : String.join(", ", sent.otherIds()));
        }
        if (verdict instanceof Verdict.Throttled throttled) {
            line("wait", wait(throttled.pause()));
        }
        line("because", judged.because());
        Consequence consequence = Consequence.of(verdict, account, zone, Instant.now());
        line("the send", send(verdict, consequence));
        line("account", account(consequence));
        if (verdict instanceof Verdict.Stale stale) {
            line("then", "refused again after that, it is " + stale.otherwise().word());
        }
        if (!judged.recognised()) {
            out.printf("%nNo table has this refusal. A row of caravan.verdicts can say what it means.%n");
        }
        if (verdict instanceof Verdict.Misdelivered && sample != null) {
            out.printf(
                    "%nIt was compared with a sample send to %s; --send FILE names the one that it answers.%n",
                    sample.to().address());
        }
        out.flush();
    }

    /** Only what there is. */
    private void line(String what, String text) {
        if (text != null && !text.isBlank()) {
            out.printf("%-9s %s%n", what, Printable.line(text));
        }
    }

    private String wait(Wait wait) {
        if (wait instanceof Wait.For length) {
            return Printable.duration(length.duration().toSeconds());
        }
        if (wait instanceof Wait.Until until) {
            return "until " + time(until.instant());
        }
        return wait instanceof Wait.NextDay ? "until the next day begins in " + zone : "not said: " + USUAL;
    }

    private static String send(Verdict verdict, Consequence consequence) {
        return switch (consequence.send()) {
            case SENT ->
                verdict instanceof Verdict.Sent sent && sent.providerMessageId() == null
                        ? "sent; without an id nothing more can be learnt of it"
                        : "sent";
            case FAILED -> "failed; it is not sent again by itself";
            case UNKNOWN -> "unknown: held, and not sent again by itself, for it may have been taken";
            case QUEUED -> "queued: " + queued(verdict, consequence);
            default -> consequence.send().word();
        };
    }

    private static String queued(Verdict verdict, Consequence consequence) {
        if (consequence.effect() != Consequence.Effect.NONE) {
            return "it goes on with its account";
        }
        if (verdict instanceof Verdict.Stale) {
            return "what was looked up for it is looked up afresh, and it is tried again, once";
        }
        String again = "tried again after about " + USUAL + ", until it expires";
        return verdict instanceof Verdict.Unknown
                ? again + "; the account says on-unknown: retry, so it may arrive twice"
                : again;
    }

    private String account(Consequence consequence) {
        return switch (consequence.effect()) {
            case NONE -> "goes on";
            case WORKS -> "goes on, also when it was paused by its provider's refusals";
            case HOLD -> "sends nothing until about " + time(consequence.heldUntil());
            case PAUSE -> "pauses and keeps its sends; tried again with one of them in a minute";
            case OPT_OUT -> "goes on; the recipient is blocked for marketing";
        };
    }

    private String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS)
                .atZone(zone)
                .toOffsetDateTime()
                .toString();
    }
}
