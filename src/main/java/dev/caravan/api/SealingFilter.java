package dev.caravan.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Seals the requests that routes serve. The server listens before the routes have started and until after they have
 * stopped: who calls meanwhile is told to come again, not that there is nothing here.
 */
final class SealingFilter extends OncePerRequestFilter {

    private static final String PAUSE_SECONDS = "2";

    private final BooleanSupplier served;

    /** @param served whether the routes are there */
    SealingFilter(BooleanSupplier served) {
        this.served = served;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!served.getAsBoolean()) {
            response.setHeader(HttpHeaders.RETRY_AFTER, PAUSE_SECONDS);
            Refusal.write(response, Refusal.of(HttpServletResponse.SC_SERVICE_UNAVAILABLE));
            return;
        }
        chain.doFilter(new SealedRequest(request), response);
    }
}
