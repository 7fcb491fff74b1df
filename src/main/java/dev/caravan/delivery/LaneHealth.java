package dev.caravan.delivery;

import dev.caravan.account.Accounts;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Store;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * How the lanes stand, as details of the health endpoint. A paused lane is no reason to restart a gateway or to take it
 * out of service, so only a ledger that cannot be read is down.
 */
final class LaneHealth implements HealthIndicator {

    private final Store store;
    private final Lanes lanes;
    private final Accounts accounts;
    private final Checkups checkups;

    LaneHealth(Store store, Lanes lanes, Accounts accounts, Checkups checkups) {
        this.store = store;
        this.lanes = lanes;
        this.accounts = accounts;
        this.checkups = checkups;
    }

    @Override
    public Health health() {
        try {
            List<Lanes.Standing> standings =
                    store.read(transaction -> lanes.standings(transaction, System.currentTimeMillis()));
            Health.Builder health = Health.up();
            standings.forEach(standing -> health.withDetail(standing.account(), details(standing)));
            return health.build();
        } catch (LedgerException away) {
            return Health.down().withDetail("ledger", "cannot be read").build();
        }
    }

    private Map<String, Object> details(Lanes.Standing standing) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", state(standing));
        details.put("queued", standing.queued());
        if (standing.reason() != null) {
            details.put("reason", standing.reason());
        }
        if (isThrottled(standing)) {
            details.put("throttled-until", Instant.ofEpochMilli(standing.notBefore()));
        }
        accounts.find(standing.account()).filter(checkups::isPossible).ifPresent(account -> {
            Optional<Checkups.Found> found = checkups.found(account);
            details.put("check", found.map(Checkups.Found::text).orElse("not yet"));
            found.ifPresent(check -> details.put("checked-at", check.at()));
        });
        return details;
    }

    private static String state(Lanes.Standing standing) {
        if (standing.paused() != null) {
            return "paused by " + standing.paused();
        }
        return isThrottled(standing) ? "throttled" : "running";
    }

    private static boolean isThrottled(Lanes.Standing standing) {
        return standing.notBefore() > System.currentTimeMillis();
    }
}
