package dev.caravan.provider;

import dev.caravan.account.Account;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The secret settings of an account, to be taken out of whatever a provider repeats of them. */
public final class Credentials {

    private static final int LONGEST_REASON = 300;
    private static final String BLOT = "***";

    private final List<String> secrets;

    private Credentials(List<String> secrets) {
        this.secrets = secrets;
    }

    /** Those of an account, plain and as they stand in a query. */
    public static Credentials of(Provider provider, Account account) {
        return new Credentials(provider.settings().stream()
                .filter(Setting::secret)
                .map(setting -> account.setting(setting.name(), ""))
                .filter(secret -> !secret.isEmpty())
                .flatMap(secret -> Stream.of(secret, URLEncoder.encode(secret, StandardCharsets.UTF_8)))
                .distinct()
                // A longer one may hold a shorter one.
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    /** The text without them. */
    public String blotted(String text) {
        String blotted = text;
        for (String secret : secrets) {
            blotted = blotted.replace(secret, BLOT);
        }
        return blotted;
    }

    /** A provider's words as people may see them, at most 300 characters; null when there are none. */
    String shown(String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        String blotted = blotted(text.strip());
        int points = Math.min(LONGEST_REASON, blotted.codePointCount(0, blotted.length()));
        return blotted.substring(0, blotted.offsetByCodePoints(0, points));
    }
}
