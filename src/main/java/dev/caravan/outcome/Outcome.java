package dev.caravan.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.message.Masking;
import dev.caravan.message.Mentions;
import java.util.regex.Pattern;

/**
 * The record of a change of a send's state, as every outcome endpoint gets it; its JSON has these fields in this order.
 *
 * @param eventId the same each time this outcome is delivered
 * @param sequence per send, from 1
 * @param id of the send; null for a rejected row, the earlier send's for a duplicate one
 * @param row its record in the batch, from 1, or null for a send that came alone
 * @param to in full, or masked for logs
 * @param status the state, or {@code rejected} or {@code duplicate}
 * @param attempts made so far
 * @param error why, or null
 * @param acceptedAt ISO-8601 with offset, or null for a row that was not accepted
 * @param at ISO-8601 with offset
 * @param traceparent the W3C trace context its caller gave; absent in JSON when there is none
 */
record Outcome(
        String eventId,
        int sequence,
        String id,
        String namespace,
        String reference,
        String batch,
        Long row,
        String account,
        String provider,
        String to,
        String type,
        String category,
        String status,
        String providerMessageId,
        int attempts,
        Error error,
        String acceptedAt,
        String at,
        @JsonInclude(JsonInclude.Include.NON_NULL) String traceparent) {

    /** What has fewer is told from other numbers by nobody. */
    private static final int TELLING_DIGITS = 8;

    private static final Pattern NOT_DIGITS = Pattern.compile("[^0-9]+");

    /**
     * Why a send did not get where it should.
     *
     * @param errorClass the verdict's word, {@code class} in JSON
     */
    record Error(@JsonProperty("class") String errorClass, String code, String message) {}

    /**
     * For logs: the recipient's country code and last two digits stay. A caller's reference and a provider's id can hold the
     * number too, an id of the Cloud API in base64; then nothing else of them is shown either.
     */
    Outcome masked() {
        String digits = to == null ? "" : NOT_DIGITS.matcher(to).replaceAll("");
        Mentions recipient = digits.length() < TELLING_DIGITS ? null : new Mentions('+' + digits);
        return new Outcome(
                eventId,
                sequence,
                id,
                namespace,
                concealed(reference, recipient),
                batch,
                row,
                account,
                provider,
                Masking.mask(to),
                type,
                category,
                status,
                concealed(Masking.withoutCloudIds(providerMessageId), recipient),
                attempts,
                error == null ? null : new Error(error.errorClass(), error.code(), Masking.blot(error.message())),
                acceptedAt,
                at,
                traceparent);
    }

    private static String concealed(String text, Mentions recipient) {
        return text != null && recipient != null && recipient.in(text) ? "***" : text;
    }
}
