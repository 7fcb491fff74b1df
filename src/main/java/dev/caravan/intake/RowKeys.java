package dev.caravan.intake;

import dev.caravan.account.Account;

/** The keys of one batch's rows that have no reference: the same when the batch is read again. Used by one thread. */
final class RowKeys {

    private final Origin origin;
    private final Fingerprints fingerprints;
    private final Rows rows;
    private final Occurrences occurrences = new Occurrences();

    RowKeys(Origin origin, Fingerprints fingerprints, Rows rows) {
        this.origin = origin;
        this.fingerprints = fingerprints;
        this.rows = rows;
    }

    Origin origin() {
        return origin;
    }

    Fingerprints fingerprints() {
        return fingerprints;
    }

    /** What a row without a reference is recognised by, the same for equal rows. */
    String fingerprint(Account account, Row row) {
        return fingerprints.ofRow(origin.scope(), account.name(), rows.own(row));
    }

    /** The key of the next row: equal ones are numbered. */
    String number(String fingerprint) {
        return "f " + fingerprint + ' ' + occurrences.next(fingerprint);
    }
}
