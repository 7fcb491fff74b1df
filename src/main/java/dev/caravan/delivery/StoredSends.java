package dev.caravan.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.account.Account;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.message.SendJson;
import java.util.Optional;

/** Sends as the ledger keeps them: canonical JSON, with recipients that are normalised already. */
final class StoredSends {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SendJson sendJson;

    StoredSends(SendJson sendJson) {
        this.sendJson = sendJson;
    }

    /** A send as its account carries it; empty when it no longer can. */
    Optional<Send> carried(Account account, String content) {
        try {
            return Optional.of(account.carried(read(content)));
        } catch (InvalidSendException changed) {
            return Optional.empty();
        }
    }

    Send read(String content) {
        try {
            return sendJson.read(JSON.readTree(content), (to, account) -> new Recipient(to));
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a message that is not JSON", damaged);
        }
    }
}
