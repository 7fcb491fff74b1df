package dev.caravan;

import dev.caravan.account.RoutingRule.Failover;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Keys that are read and checked but change nothing yet: whoever sets one is told so, rather than left to rely on it. */
final class WithoutEffect {

    private WithoutEffect() {}

    /**
     * The keys of this kind that are set, in full.
     *
     * @param reporting the names of the providers that report what becomes of messages
     */
    static List<String> in(CaravanProperties properties, Set<String> reporting) {
        List<String> set = new ArrayList<>();
        properties.accounts().forEach((name, account) -> {
            String key = "caravan.accounts." + name + '.';
            add(set, key + "webhook-token", account.webhookToken() != null && !reporting.contains(account.provider()));
        });
        for (int index = 0; index < properties.routing().size(); index++) {
            boolean failsOver = properties.routing().get(index).failover() != Failover.NEVER;
            add(set, "caravan.routing[" + index + "].failover", failsOver);
        }
        return set;
    }

    private static void add(List<String> set, String key, boolean isSet) {
        if (isSet) {
            set.add(key);
        }
    }
}
