package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What became of sends, for those who ask; nothing here changes anything. */
public final class SendQueries {

    public Optional<SendRecord> find(Transaction transaction, String id) throws SQLException {
        return transaction.one("SELECT " + SendRecord.COLUMNS + " FROM send WHERE id = ?", SendRecord::read, id);
    }

    /** What happened to a send, the oldest first. */
    public List<SendEvent> history(Transaction transaction, String id) throws SQLException {
        return transaction.all(
                "SELECT " + SendEvent.COLUMNS + " FROM history WHERE send = ? ORDER BY id", SendEvent::read, id);
    }
}
