package dev.caravan.api;

import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.POST;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** Every call of the REST door and the scope it needs. What is not here is refused, whether or not a route serves it. */
final class Calls {

    /** @param path a pattern in which {@code {…}} stands for one part of a path */
    record Call(HttpMethod method, String path, Scope scope) {

        PathPatternRequestMatcher matcher() {
            return PathPatternRequestMatcher.withDefaults().matcher(method, path);
        }
    }

    static final List<Call> ALL = List.of(
            new Call(POST, "/api/v1/sends", Scope.SEND),
            new Call(GET, "/api/v1/sends", Scope.READ),
            new Call(GET, "/api/v1/dead-letters", Scope.READ),
            new Call(POST, "/api/v1/sends/retry", Scope.ADMIN),
            new Call(GET, "/api/v1/sends/{id}", Scope.READ),
            new Call(POST, "/api/v1/sends/{id}/cancel", Scope.ADMIN),
            new Call(POST, "/api/v1/sends/{id}/retry", Scope.ADMIN),
            new Call(POST, "/api/v1/sends/{id}/resolve", Scope.ADMIN),
            new Call(POST, "/api/v1/batches", Scope.SEND),
            new Call(GET, "/api/v1/batches/{id}", Scope.READ),
            new Call(GET, "/api/v1/batches/{id}/report", Scope.READ),
            new Call(POST, "/api/v1/batches/{id}/pause", Scope.ADMIN),
            new Call(POST, "/api/v1/batches/{id}/resume", Scope.ADMIN),
            new Call(POST, "/api/v1/batches/{id}/cancel", Scope.ADMIN),
            new Call(GET, "/api/v1/accounts", Scope.READ),
            new Call(POST, "/api/v1/accounts/{name}/pause", Scope.ADMIN),
            new Call(POST, "/api/v1/accounts/{name}/resume", Scope.ADMIN),
            new Call(GET, "/api/v1/accounts/{name}/senders", Scope.READ),
            new Call(GET, "/api/v1/blocklist", Scope.ADMIN),
            new Call(POST, "/api/v1/blocklist", Scope.ADMIN),
            new Call(DELETE, "/api/v1/blocklist", Scope.ADMIN),
            new Call(POST, "/api/v1/recipients/search", Scope.ADMIN),
            new Call(POST, "/api/v1/recipients/export", Scope.ADMIN),
            new Call(POST, "/api/v1/recipients/erase", Scope.ADMIN));

    private Calls() {}

    /** The calls whose path a request has, whatever its method. */
    static List<Call> at(HttpServletRequest request) {
        return ALL.stream()
                .filter(call -> PathPatternRequestMatcher.withDefaults()
                        .matcher(call.path())
                        .matches(request))
                .toList();
    }
}
