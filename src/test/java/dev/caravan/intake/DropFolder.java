package dev.caravan.intake;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.RoutingRule;
import dev.caravan.account.RoutingRule.Failover;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.DigestKey;
import dev.caravan.ledger.Foresight;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.Replies;
import dev.caravan.ledger.SendIds;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.Category;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.Priority;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.DefaultExchange;

/**
 * The drop folder with everything behind it that is ours, up to the ledger: what the route of files does, step by step.
 * Accounts are {@code main} (Maytapi; takes what names no account), {@code crm} (WapCRM) and {@code abroad} (Texter, for
 * numbers of Israel); folders beside the inbox itself {@code crm}, {@code shop} with a namespace of its own, and
 * {@code legacy} and {@code hebrew} with files in windows-1254 and windows-1255, delimited by semicolons.
 */
public final class DropFolder implements AutoCloseable {

    public static final ZoneId ZONE = ZoneId.of("Europe/Istanbul");
    public static final Duration REPEAT_AFTER = Duration.ofDays(7);

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Batches batches = new Batches("here");
    private final Set<String> arrivals = new TreeSet<>();
    private final Path home;
    private final TemporaryLedger ledger;
    private final BatchFiles files;
    private final Blocklist blocklist;
    private final LedgerParts parts;
    private final Examination examination;
    private final Rehearsal rehearsal;
    private final Admission admission;
    private FileDoor door;
    private long holdAbove = Long.MAX_VALUE;
    private volatile Duration clockSet = Duration.ZERO;

    /** @param maxQueued of the account {@code main} */
    public DropFolder(Path home, long maxQueued) {
        this(home, TemporaryLedger.sqlite(home), maxQueued);
    }

    /** @param ledger closed with it */
    DropFolder(Path home, TemporaryLedger ledger, long maxQueued) {
        this.home = home;
        this.ledger = ledger;
        this.files = new BatchFiles(
                home,
                Map.of(
                        "", folder(null, null, "default"),
                        "crm", folder("crm", "crm", "default"),
                        "shop", folder("shop", null, "shop"),
                        "legacy", foreign("legacy", "windows-1254"),
                        "hebrew", foreign("hebrew", "windows-1255")));
        Account main = account("main", "maytapi", maxQueued);
        Account crm = account("crm", "wapcrm", 1_000_000);
        Account abroad = account("abroad", "texter", 1_000_000);
        Accounts accounts = new Accounts(
                List.of(main, crm, abroad),
                List.of(
                        new RoutingRule("+972", List.of(abroad), Failover.NEVER),
                        new RoutingRule("+49", List.of(main, crm), Failover.DEFINITE_REFUSAL),
                        new RoutingRule("+33", List.of(main, crm), Failover.DOWN)),
                main);
        this.blocklist = new Blocklist(store().write(DigestKey::of));
        this.parts = LedgerParts.of("here", blocklist, 101);
        store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main", "crm", "abroad"));
            return null;
        });
        this.examination = new Examination(
                accounts,
                new Providers(Packs.all()),
                Map.of(Category.OTP, new CategoryRule(Priority.HIGH, Duration.ofMinutes(5))));
        this.rehearsal = new Rehearsal(
                examination,
                accounts,
                new Foresight(store()),
                store().write(DigestKey::of),
                REPEAT_AFTER,
                InstantSource.system());
        this.admission = new Admission(
                store(),
                new SendIds(store(), () -> Instant.now().plus(clockSet)),
                parts.acceptance(),
                parts.settlements(),
                parts.lanes(),
                parts.standIns(),
                batches,
                new Outbox(),
                new Replies("here", null),
                blocklist,
                accounts,
                examination,
                REPEAT_AFTER,
                store().write(DigestKey::of));
        store().listen(arrivals::addAll);
        restart();
    }

    private static Folder folder(String name, String account, String namespace) {
        FileFormat format = new FileFormat(StandardCharsets.UTF_8, null, Map.of(), Map.of(), "charset");
        return new Folder(origin(name, account, namespace), format, true);
    }

    private static Folder foreign(String name, String charset) {
        FileFormat format = new FileFormat(Charset.forName(charset), ';', Map.of(), Map.of(), "charset");
        return new Folder(origin(name, "main", "default"), format, true);
    }

    private static Origin origin(String name, String account, String namespace) {
        return new Origin(name, namespace, account, Set.of(), null, new PhoneNumbers("TR"), new SendJson(ZONE));
    }

    private static Account account(String name, String provider, long maxQueued) {
        return AccountDraft.named(name)
                .of(provider)
                .concurrency(4)
                .maxQueued(maxQueued)
                .settings(Map.of("sender", "line", "project-id", "p"))
                .account();
    }

    /** From now on a batch of more rows than this is held. */
    void holdAbove(long rows) {
        holdAbove = rows;
        restart();
    }

    /** The clock that ids are made by is set, by so much in all. */
    void setClock(Duration by) {
        clockSet = by;
    }

    /** Forgets what is only in memory, and starts anew. */
    void restart() {
        door = new FileDoor(
                new Home(home), ZONE, files, store(), batches, admission, store().write(DigestKey::of), holdAbove);
        door.finishLayingAway();
    }

    public TemporaryLedger ledger() {
        return ledger;
    }

    public Store store() {
        return ledger.store();
    }

    public Batches batches() {
        return batches;
    }

    public Admission admission() {
        return admission;
    }

    Rehearsal rehearsal() {
        return rehearsal;
    }

    Blocklist blocklist() {
        return blocklist;
    }

    LedgerParts parts() {
        return parts;
    }

    public Recipients recipients() {
        return new Recipients(store(), parts.settlements());
    }

    public WrittenRecipients writtenRecipients() {
        return new WrittenRecipients(new PhoneNumbers("TR"), Packs.all());
    }

    public BatchFiles files() {
        return files;
    }

    public Path home() {
        return home;
    }

    /** The accounts that were told of new sends, and forgets them. */
    Set<String> arrivals() {
        Set<String> told = Set.copyOf(arrivals);
        arrivals.clear();
        return told;
    }

    /** A file dropped into the inbox itself, read to its end and laid away. */
    public Batch drop(String name, String text) throws IOException {
        return drop(null, name, text);
    }

    /** A file dropped into a folder of the inbox, or into the inbox itself for null. */
    public Batch drop(String folder, String name, String text) throws IOException {
        return drop(folder, name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same in any encoding. */
    public Batch drop(String folder, String name, byte[] bytes) throws IOException {
        Path file = put(folder, name, bytes);
        poll(file);
        return batch(file);
    }

    /** A file as it lies in {@code work} once it has been taken. */
    Path put(String folder, String name, String text) throws IOException {
        return put(folder, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path put(String folder, String name, byte[] bytes) throws IOException {
        Path directory = home.resolve("work").resolve(folder == null ? "" : folder);
        Files.createDirectories(directory);
        return Files.write(directory.resolve(UlidCreator.getMonotonicUlid() + "-" + name), bytes);
    }

    /**
     * What the route does with a file in {@code work}.
     *
     * @return whether it was read to its end
     */
    boolean poll(Path file) throws IOException {
        Exchange exchange = exchange(file);
        door.open(exchange);
        if (exchange.getVariable(FileDoor.REFUSAL) != null) {
            door.refuse(exchange);
            return true;
        }
        FileReading reading = exchange.getMessage().getBody(FileReading.class);
        try {
            while (reading.hasNext()) {
                Exchange chunk = new DefaultExchange(camel);
                chunk.getMessage().setBody(reading.next());
                door.admit(chunk);
            }
            door.finishReading(exchange);
            if (exchange.getVariable(FileDoor.COMPLETE) != null) {
                door.layAway(exchange);
            }
        } finally {
            over(exchange);
        }
        return exchange.getVariable(FileDoor.COMPLETE) != null;
    }

    /** Commits so many more rows of a file, and dies. */
    void crashAfter(Path file, int rows) throws IOException {
        Exchange exchange = exchange(file);
        door.open(exchange);
        FileReading reading = exchange.getMessage().getBody(FileReading.class);
        List<Row> some = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            some.add(reading.nextRow());
        }
        if (!some.isEmpty()) {
            admission.admit(reading.batch(), some);
            reading.batch().settle();
        }
        over(exchange);
        restart();
    }

    /** Finds that a file cannot be read, notes it, and dies before the file is moved. */
    void crashBeforeRefusing(Path file) throws IOException {
        Exchange exchange = exchange(file);
        door.open(exchange);
        Batch batch = batch(file);
        store().write(transaction -> {
            batches.refuse(transaction, batch.id());
            return null;
        });
        over(exchange);
        restart();
    }

    /** Finds that a file cannot be read, and then that it is gone. */
    void refuseAfterItVanished(Path file) throws IOException {
        Exchange exchange = exchange(file);
        door.open(exchange);
        Files.delete(file);
        door.refuse(exchange);
    }

    /** The batch of a file that was put into {@code work}. */
    Batch batch(Path file) {
        String id = file.getFileName().toString().substring(0, 26);
        return store().read(transaction -> batches.find(transaction, id)).orElseThrow();
    }

    /** What became of the rows of a batch, {@code number status code} each. */
    List<String> fates(Batch batch) {
        return store().read(transaction -> batches.results(transaction, batch.id(), 0, Long.MAX_VALUE)).stream()
                .map(fate ->
                        fate.row() + " " + fate.status() + (fate.errorCode() == null ? "" : " " + fate.errorCode()))
                .toList();
    }

    private Exchange exchange(Path file) {
        GenericFile<File> dropped = new GenericFile<>();
        dropped.setFile(file.toFile());
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(dropped);
        return exchange;
    }

    private static void over(Exchange exchange) {
        List<Synchronization> completions = exchange.getExchangeExtension().handoverCompletions();
        if (completions != null) {
            completions.forEach(completion -> completion.onComplete(exchange));
        }
    }

    @Override
    public void close() {
        ledger.close();
    }
}
