package dev.caravan.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.account.Account;
import dev.caravan.command.GoldenCases.Shown;
import dev.caravan.delivery.Tryout;
import dev.caravan.delivery.Tryout.Tried;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Sends of one account, one after the other, and what is said of each. */
final class Trial {

    private static final String SENT = "sent";

    private final Tryout tryout;
    private final Provider provider;
    private final Account account;
    private final LocalDate today;
    private final Path directory;
    private final PrintWriter out;
    private final GoldenCases cases;

    /** @param directory where the exchanges are kept */
    Trial(Tryout tryout, Provider provider, Account account, LocalDate today, Path directory, PrintWriter out) {
        this.tryout = tryout;
        this.provider = provider;
        this.account = account;
        this.today = today;
        this.directory = directory;
        this.out = out;
        this.cases = GoldenCases.of(provider.name());
    }

    /** Whether every send was taken, and answered as the golden cases show. */
    boolean run(List<PlannedSend> planned) {
        VerifiedCase.prepare(directory);
        boolean asShown = true;
        for (int index = 0; index < planned.size(); index++) {
            long next = System.nanoTime() + account.pace().nextGapNanos(ThreadLocalRandom.current());
            Tried tried = send(planned.get(index));
            boolean isSent = tried.verdict().word().equals(SENT);
            asShown &= (tried.answer() == null || isAsShown(tried)) && isSent;
            out.flush();
            boolean isLast = index + 1 == planned.size();
            if (!isLast && concernsTheAccount(tried.verdict())) {
                out.printf("%nThe rest was not sent: the answer is about the account, not about the message.%n");
                break;
            }
            if (!isLast) {
                Waiting.during(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
            }
        }
        out.flush();
        return asShown;
    }

    private static boolean concernsTheAccount(Verdict verdict) {
        return verdict instanceof Verdict.AccountFault
                || verdict instanceof Verdict.Throttled
                || verdict instanceof Verdict.Misdelivered;
    }

    private Tried send(PlannedSend planned) {
        String id = UlidCreator.getUlid().toString();
        Tried tried = tryout.send(id, planned.send(), account);
        Verdict verdict = tried.verdict();
        out.printf("%n%s: %s%n", planned.type(), Printable.line(said(verdict)));
        if (!verdict.word().equals(SENT)) {
            out.printf("  because %s%n", Printable.line(tried.because()));
        }
        if (tried.answer() != null) {
            Redaction redaction = new Redaction(
                    provider,
                    account,
                    cases,
                    tried.found(),
                    id,
                    planned.send().to(),
                    cases.send().path("to").asText());
            ObjectNode written = VerifiedCase.of(planned.written(), tried, account, redaction, today);
            Path file = VerifiedCase.write(written, directory, planned.type() + "-" + VerifiedCase.word(verdict));
            out.printf("  kept in %s%n", file);
        }
        return tried;
    }

    private static String said(Verdict verdict) {
        if (verdict instanceof Verdict.Sent sent) {
            return sent.providerMessageId() == null ? "sent, without an id" : "sent, id " + sent.providerMessageId();
        }
        return verdict.word() + " " + verdict.code() + ": " + verdict.message();
    }

    /** Compares with the golden case that is most like it. */
    private boolean isAsShown(Tried tried) {
        Shape shape = Shape.of(VerifiedCase.body(tried.answer()));
        String word = VerifiedCase.word(tried.verdict());
        Optional<Shown> likest = cases.answers().stream()
                .filter(shown -> shown.word().equals(word))
                .min(Comparator.comparingInt(
                        shown -> shape.differences(Shape.of(shown.body())).size()));
        if (likest.isEmpty()) {
            out.printf("  no golden case shows an answer that means %s%n", word);
            return false;
        }
        List<String> differences = shape.differences(Shape.of(likest.get().body()));
        if (differences.isEmpty()) {
            out.printf("  answered as in the golden case %s%n", likest.get().file());
        } else {
            out.printf(
                    "  answered otherwise than in the golden case %s, the most like it:%n",
                    likest.get().file());
            differences.forEach(difference -> out.printf("    %s%n", Printable.line(difference)));
        }
        return differences.isEmpty();
    }
}
