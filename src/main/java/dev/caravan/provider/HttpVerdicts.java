package dev.caravan.provider;

import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.Verdict.Wait;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/**
 * What an HTTP status on a send call means where a provider's own table does not say otherwise. Our inference from the
 * meaning of the codes (RFC 9110): only an explicit refusal counts as not accepted.
 */
public final class HttpVerdicts {

    private HttpVerdicts() {}

    /**
     * The verdict on an answer outside 2xx, or on a 2xx whose body cannot be read.
     *
     * @param reason the provider's own words, or null to name the status only
     */
    public static Verdict of(Answer answer, String reason) {
        String code = "http-" + answer.status();
        String message = reason == null || reason.isBlank() ? "HTTP status " + answer.status() : reason;
        return switch (answer.status()) {
            case 400, 413, 415, 422 -> new Permanent(code, message);
            case 401, 403, 404, 405 -> new AccountFault(code, message);
            case 429 -> new Throttled(code, message, retryAfter(answer));
            case 503 ->
                answer.header("Retry-After") == null
                        ? new Transient(code, message)
                        : new Throttled(code, message, retryAfter(answer));
            default ->
                answer.status() >= 300 && answer.status() < 400
                        ? new AccountFault(code, "the base URL redirects, which is never followed: " + message)
                        : new Unknown(answer.isSuccess() ? "unreadable-answer" : code, message);
        };
    }

    /** The wait that {@code Retry-After} asks for, in seconds or as a date (RFC 9110, section 10.2.3). */
    public static Wait retryAfter(Answer answer) {
        String value = answer.header("Retry-After");
        if (value == null) {
            return new Wait.Backoff();
        }
        String text = value.trim();
        if (text.matches("\\d{1,9}")) {
            return new Wait.For(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant instant = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return new Wait.Until(instant);
        } catch (DateTimeParseException unreadable) {
            return new Wait.Backoff();
        }
    }
}
