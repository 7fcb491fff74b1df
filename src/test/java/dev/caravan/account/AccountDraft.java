package dev.caravan.account;

import java.time.Duration;
import java.util.Map;

/** An account for a test, which says what it is about; the rest is usual, of a provider that nobody calls. */
public final class AccountDraft {

    private final String name;
    private String provider = "pigeon";
    private String baseUrl = "http://127.0.0.1";
    private Pace pace = Pace.UNLIMITED;
    private int concurrency = 1;
    private Duration timeout = Duration.ofSeconds(30);
    private boolean retryUnknown;
    private long maxQueued = 1_000_000;
    private Duration confirmWithin;
    private String webhookToken;
    private SendingRules rules = SendingRules.NONE;
    private Map<String, TemplateForm> templates = Map.of();
    private Map<String, String> settings = Map.of();

    private AccountDraft(String name) {
        this.name = name;
    }

    public static AccountDraft named(String name) {
        return new AccountDraft(name);
    }

    public AccountDraft of(String value) {
        provider = value;
        return this;
    }

    public AccountDraft at(String url) {
        baseUrl = url;
        return this;
    }

    public AccountDraft pace(Pace value) {
        pace = value;
        return this;
    }

    public AccountDraft concurrency(int value) {
        concurrency = value;
        return this;
    }

    public AccountDraft timeout(Duration value) {
        timeout = value;
        return this;
    }

    public AccountDraft retryUnknown(boolean value) {
        retryUnknown = value;
        return this;
    }

    public AccountDraft maxQueued(long value) {
        maxQueued = value;
        return this;
    }

    public AccountDraft confirmWithin(Duration value) {
        confirmWithin = value;
        return this;
    }

    public AccountDraft webhookToken(String value) {
        webhookToken = value;
        return this;
    }

    public AccountDraft rules(SendingRules value) {
        rules = value;
        return this;
    }

    public AccountDraft templates(Map<String, TemplateForm> value) {
        templates = value;
        return this;
    }

    public AccountDraft settings(Map<String, String> value) {
        settings = value;
        return this;
    }

    public Account account() {
        return new Account(
                name,
                provider,
                baseUrl,
                pace,
                concurrency,
                timeout,
                Duration.ofDays(7),
                retryUnknown,
                maxQueued,
                confirmWithin,
                webhookToken,
                rules,
                templates,
                settings);
    }
}
