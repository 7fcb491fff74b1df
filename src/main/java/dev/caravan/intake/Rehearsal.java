package dev.caravan.intake;

import dev.caravan.account.Accounts;
import dev.caravan.intake.Examination.Candidate;
import dev.caravan.ledger.ExistingSend;
import dev.caravan.ledger.Foresight;
import dev.caravan.ledger.Foresight.Ahead;
import dev.caravan.message.Content;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Says what admission would make of the rows of a file or a request, and stores nothing. Of a row no more is kept than
 * what tells a later one that it repeats it, some forty bytes. Safe for concurrent use.
 */
public final class Rehearsal {

    private static final int CHUNK = 500;
    private static final int MOST_EXAMPLES = 3;

    private final Examination examination;
    private final Accounts accounts;
    private final Foresight foresight;
    private final byte[] digestKey;
    private final Duration repeatAfter;
    private final InstantSource clock;

    /**
     * @param foresight what the ledger knows, or null when there is none to ask
     * @param digestKey of the ledger, or any when there is none
     * @param repeatAfter how long a row without a reference is recognised
     */
    public Rehearsal(
            Examination examination,
            Accounts accounts,
            Foresight foresight,
            byte[] digestKey,
            Duration repeatAfter,
            InstantSource clock) {
        this.examination = examination;
        this.accounts = accounts;
        this.foresight = foresight;
        this.digestKey = digestKey.clone();
        this.repeatAfter = repeatAfter;
        this.clock = clock;
    }

    /**
     * Reads rows to their end.
     *
     * @param idempotencyKey the reference of each row that has none is {@code <key>#<row>} then; or null
     * @param mostRejections as many rejected rows are told of
     * @throws java.io.UncheckedIOException when the rows cannot be read to their end
     * @throws dev.caravan.ledger.LedgerException when the ledger cannot be read
     */
    public Rehearsed rehearse(Origin origin, String idempotencyKey, Rows rows, int mostRejections) {
        Run run =
                new Run(origin, idempotencyKey, new RowKeys(origin, new Fingerprints(digestKey), rows), mostRejections);
        for (List<Row> chunk = rows.next(CHUNK); !chunk.isEmpty(); chunk = rows.next(CHUNK)) {
            run.read(chunk);
        }
        return run.result();
    }

    /** One reading. */
    private final class Run {
        private final Origin origin;
        private final String idempotencyKey;
        private final RowKeys keys;
        private final int mostRejections;
        private final Instant now = clock.instant();
        private final Long2LongOpenHashMap lines = new Long2LongOpenHashMap();
        private final Long2LongOpenHashMap contents = new Long2LongOpenHashMap();
        private final Map<String, Forecast> forecasts = new HashMap<>();
        private final List<Rejection> rejections = new ArrayList<>();
        private final List<Rehearsed.Example> examples = new ArrayList<>();
        private long accepted;
        private long duplicates;
        private long rejected;

        private Run(Origin origin, String idempotencyKey, RowKeys keys, int mostRejections) {
            this.origin = origin;
            this.idempotencyKey = idempotencyKey;
            this.keys = keys;
            this.mostRejections = mostRejections;
        }

        private void read(List<Row> rows) {
            List<Candidate> candidates = rows.stream()
                    .map(row -> examination
                            .examine(origin, row, null, idempotencyKey, now)
                            .withKey(keys)
                            .numbered(keys))
                    .toList();
            Map<String, ExistingSend> holders = holders(candidates);
            for (Candidate candidate : candidates) {
                ExistingSend holder = candidate.key() == null ? null : holders.get(candidate.key());
                if (candidate.problem() != null && holder != null && candidate.repeats(holder)) {
                    duplicates++;
                } else if (candidate.problem() != null) {
                    reject(candidate, candidate.problem());
                } else if (!candidate.isSend()) {
                    duplicates++;
                } else {
                    compare(candidate, holder);
                }
            }
        }

        private Map<String, ExistingSend> holders(List<Candidate> candidates) {
            return foresight == null
                    ? Map.of()
                    : foresight.holders(candidates.stream()
                            .map(Candidate::key)
                            .filter(Objects::nonNull)
                            .toList());
        }

        private void compare(Candidate candidate, ExistingSend holder) {
            if (candidate.send().reference() == null) {
                boolean repeats = holder != null
                        && holder.acceptedAt() >= now.minus(repeatAfter).toEpochMilli();
                take(candidate, repeats);
            } else if (holder == null) {
                compareWithEarlierRows(candidate);
            } else if (candidate.repeats(holder)) {
                take(candidate, true);
            } else {
                reject(candidate, candidate.conflictWith(holder));
            }
        }

        private void compareWithEarlierRows(Candidate candidate) {
            long key = keys.fingerprints().ofText(candidate.key());
            long content = keys.fingerprints().ofText(candidate.digests());
            long earlier = lines.putIfAbsent(key, candidate.row().line());
            if (earlier == lines.defaultReturnValue()) {
                contents.put(key, content);
                take(candidate, false);
            } else if (contents.get(key) == content) {
                take(candidate, true);
            } else {
                reject(
                        candidate,
                        new InvalidSendException(
                                "reference",
                                "reference-conflict",
                                "reference: the row at line " + earlier
                                        + " has this reference and says something else"));
            }
        }

        private void take(Candidate candidate, boolean repeats) {
            if (repeats) {
                duplicates++;
                return;
            }
            accepted++;
            forecasts
                    .computeIfAbsent(candidate.account().name(), name -> new Forecast(candidate.account(), ahead(name)))
                    .add(candidate.send().priority(), candidate.send().sendAt(), candidate.expiresAt());
            if (examples.size() < MOST_EXAMPLES) {
                examples.add(new Rehearsed.Example(
                        candidate.row().number(),
                        candidate.send().to().masked(),
                        readable(candidate.send().content())));
            }
        }

        private void reject(Candidate candidate, InvalidSendException problem) {
            rejected++;
            if (rejections.size() < mostRejections) {
                rejections.add(Rejection.of(candidate.row(), problem));
            }
        }

        private Ahead ahead(String account) {
            return foresight == null ? Ahead.NOTHING : foresight.ahead(account);
        }

        private Rehearsed result() {
            List<Rehearsed.Share> shares = accounts.all().stream()
                    .map(account -> forecasts.get(account.name()))
                    .filter(Objects::nonNull)
                    .map(forecast -> forecast.share(now))
                    .toList();
            return new Rehearsed(
                    accepted,
                    duplicates,
                    rejected,
                    rejections,
                    examples,
                    shares,
                    shares.stream().mapToLong(Rehearsed.Share::expiring).sum());
        }
    }

    /** What a recipient would read of it, and in brackets what else it is. */
    private static String readable(Content content) {
        String text = text(content);
        return content.type() == ContentType.TEXT ? text : ('[' + content.type().word() + "] " + text).strip();
    }

    private static String text(Content content) {
        if (content instanceof Content.Text message) {
            return message.text();
        }
        if (content instanceof Content.Media media) {
            return media.caption() == null ? "" : media.caption();
        }
        if (content instanceof Content.Buttons buttons) {
            return buttons.text();
        }
        if (content instanceof Content.Menu menu) {
            return menu.text();
        }
        if (content instanceof Content.Location location) {
            return location.name() == null ? "" : location.name();
        }
        if (content instanceof Content.Template template) {
            return template.name()
                    + ' '
                    + String.join(", ", template.parameters().values());
        }
        return "";
    }
}
