package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;

/** Answers with a problem document where no route does: filters, error pages and the server itself. */
final class Refusal {

    private Refusal() {}

    /** Writes the whole answer. A 401 says which scheme is expected, as HTTP demands. */
    static void write(HttpServletResponse response, Problem problem) throws IOException {
        byte[] document = problem.json().getBytes(UTF_8);
        response.setStatus(problem.status());
        if (problem.status() == HttpServletResponse.SC_UNAUTHORIZED) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        response.setContentType(Problem.MEDIA_TYPE);
        response.setContentLength(document.length);
        response.getOutputStream().write(document);
    }

    /** Refuses to look at a credential, because too many before were wrong. */
    static void tooManyAttempts(HttpServletResponse response, Duration pause) throws IOException {
        response.setHeader(
                HttpHeaders.RETRY_AFTER,
                Long.toString(pause.plusNanos(999_999_999).toSeconds()));
        write(
                response,
                Problem.of(
                        429,
                        "too-many-attempts",
                        "Too many requests from this address had no valid key. Wait as Retry-After says."));
    }

    /** What a status says by itself, when nothing more is known or may be said; any other status is taken as 400 or 500. */
    static Problem of(int status) {
        return switch (status) {
            case 401 ->
                Problem.of(401, "unauthenticated", "This needs a key. Send it as `Authorization: Bearer <key>`.");
            case 403 -> Problem.of(403, "insufficient-scope", "This key may not do this.");
            case 404 ->
                Problem.of(404, "not-found", "There is nothing at this path. /openapi.yaml lists what there is.");
            case 405 ->
                Problem.of(
                        405, "method-not-allowed", "This path does not take this method; Allow names those it takes.");
            case 406 -> Problem.of(406, "not-acceptable", "This path has no answer of a media type that Accept names.");
            case 413 -> Problem.of(413, "content-too-large", "The body is larger than is taken here.");
            case 414 -> Problem.of(414, "uri-too-long", "The address is longer than is taken here.");
            case 415 ->
                Problem.of(415, "unsupported-media-type", "This path does not take a body of this Content-Type.");
            case 431 -> Problem.of(431, "header-too-large", "The headers are larger than is taken here.");
            case 503 -> Problem.of(503, "unavailable", "The gateway cannot do this now. Try again later.");
            default ->
                status < 500
                        ? Problem.of(status < 400 ? 500 : status, "malformed-request", "The request is not understood.")
                        : Problem.of(status, "internal-error", "The gateway failed; its log says why.");
        };
    }
}
