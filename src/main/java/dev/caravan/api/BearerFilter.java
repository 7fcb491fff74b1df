package dev.caravan.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Finds out who makes a request from its header {@code Authorization: Bearer …}. A request without one goes on as
 * nobody's; one with a credential that is not good ends here, even where none is needed.
 */
final class BearerFilter extends OncePerRequestFilter {

    /** To {@link FailedAttempts}. */
    private static final String DOOR = "api";

    private static final String SCHEME = "Bearer ";

    private final KeyRing keys;
    private final Tokens tokens;
    private final FailedAttempts failedAttempts;

    /** @param tokens or null when no issuer is configured */
    BearerFilter(KeyRing keys, Tokens tokens, FailedAttempts failedAttempts) {
        this.keys = keys;
        this.tokens = tokens;
        this.failedAttempts = failedAttempts;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String credential = credential(request);
        if (credential == null) {
            chain.doFilter(request, response);
            return;
        }
        String address = request.getRemoteAddr();
        // The container reads a header's bytes as ISO 8859-1, so these are the bytes that were sent.
        byte[] digest = ApiKeys.digest(credential.getBytes(ISO_8859_1));
        Duration pause = failedAttempts.pause(address, DOOR, digest);
        if (!pause.isZero()) {
            Refusal.tooManyAttempts(response, pause);
            return;
        }
        Identity identity =
                tokens != null && Tokens.isToken(credential) ? tokens.identify(credential) : keys.identify(digest);
        if (identity instanceof Identity.Proven proven) {
            failedAttempts.succeeded(address, digest);
            goOn(proven.caller(), request, response, chain);
        } else if (identity instanceof Identity.Unproven unproven) {
            if (unproven.problem().status() == HttpServletResponse.SC_UNAUTHORIZED) {
                failedAttempts.failed(address, DOOR);
            }
            Refusal.write(response, unproven.problem());
        }
    }

    private static void goOn(Caller caller, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String[] authorities = caller.scopes().stream().map(Scope::authority).toArray(String[]::new);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(
                new PreAuthenticatedAuthenticationToken(caller, null, AuthorityUtils.createAuthorityList(authorities)));
        SecurityContextHolder.setContext(context);
        request.setAttribute(Caller.ATTRIBUTE, caller);
        chain.doFilter(request, response);
    }

    private static String credential(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String credential = header.substring(SCHEME.length()).strip();
        return credential.isEmpty() ? null : credential;
    }
}
