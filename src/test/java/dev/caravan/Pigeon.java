package dev.caravan;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Spacing;
import dev.caravan.message.ContentType;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.VerdictRow;
import java.util.List;
import java.util.Map;

/** A provider that needs no network. */
class Pigeon implements Provider {

    @Override
    public String name() {
        return "pigeon";
    }

    @Override
    public String defaultBaseUrl() {
        return "https://{loft-id}.pigeon.example/api";
    }

    @Override
    public Pace defaultPace() {
        return Pace.of(Spacing.parse("3s..7s"));
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.required("loft-id", "the number of the loft."),
                Setting.required("key", "the key to the loft."),
                Setting.optional("mood", "how the pigeon feels."));
    }

    @Override
    public Map<ContentType, Source> types() {
        return Map.of(ContentType.TEXT, Source.INFERRED);
    }

    @Override
    public void check(Account account) {
        if ("grumpy".equals(account.setting("mood"))) {
            throw new IllegalArgumentException("mood: a grumpy pigeon does not fly");
        }
    }

    @Override
    public Object request(Send send, Account account) {
        return Map.of();
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return new Reading.Accepted(null);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return List.of();
    }
}
