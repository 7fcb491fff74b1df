package dev.caravan.ledger;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.message.Category;
import dev.caravan.message.ContentType;
import dev.caravan.message.Priority;

/** A send about to be admitted, of which a test says only what it is about. */
public final class Draft {

    /** The year 2100: tests with a clock of their own and tests with the true one both come before. */
    private static final long FAR = 4_102_444_800_000L;

    private String id;
    private String key;
    private String reference;
    private String batch;
    private long row;
    private String account = "main";
    private String provider = "pigeon";
    private Priority priority = Priority.NORMAL;
    private Category category;
    private String recipient = "+905301234567";
    private String content = "{\"to\":\"+905301234567\",\"type\":\"text\",\"text\":\"hello\"}";
    private boolean aside;
    private String barred;
    private long rank = 1;
    private long dueAt = OnLedger.NOW;
    private long expiresAt = FAR;

    public static Draft draft() {
        return new Draft();
    }

    /** Else it is made when the send is. */
    public Draft id(String value) {
        id = value;
        return this;
    }

    public Draft key(String value) {
        key = value;
        return this;
    }

    public Draft reference(String value) {
        reference = value;
        return key("r default " + value);
    }

    public Draft of(String value, long number) {
        batch = value;
        row = number;
        return this;
    }

    public Draft account(String value) {
        account = value;
        return this;
    }

    public Draft provider(String value) {
        provider = value;
        return this;
    }

    public Draft priority(Priority value) {
        priority = value;
        return this;
    }

    public Draft category(Category value) {
        category = value;
        return this;
    }

    public Draft to(String value) {
        recipient = value;
        return this;
    }

    public Draft content(String value) {
        content = value;
        return this;
    }

    /** Of a batch that is paused already. */
    public Draft aside() {
        aside = true;
        return this;
    }

    /** Not to be taken over by these accounts. */
    public Draft barred(String accounts) {
        barred = accounts;
        return this;
    }

    public Draft rank(long value) {
        rank = value;
        return this;
    }

    public Draft dueAt(long value) {
        dueAt = value;
        return this;
    }

    public Draft expiresAt(long value) {
        expiresAt = value;
        return this;
    }

    /** Stores sends, as an intake does. */
    public static void admitTo(TemporaryLedger ledger, Draft... drafts) {
        LedgerParts parts = LedgerParts.of("here");
        ledger.store().write(transaction -> {
            for (Draft draft : drafts) {
                parts.acceptance().insert(transaction, draft.send());
            }
            return null;
        });
    }

    public NewSend send() {
        return new NewSend(
                id == null ? UlidCreator.getMonotonicUlid().toString() : id,
                key,
                "default",
                reference,
                batch,
                row,
                row + 1L,
                account,
                provider,
                recipient,
                ContentType.TEXT,
                category,
                priority,
                rank,
                content,
                "to=a text=b",
                dueAt,
                expiresAt,
                OnLedger.NOW,
                aside,
                barred,
                null);
    }
}
