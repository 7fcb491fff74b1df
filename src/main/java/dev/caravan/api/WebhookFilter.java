package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher.MatchResult;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets in who knows the token of an account: it is part of the address that is registered with the provider. Nobody else
 * learns whether there is such an account, and who tries tokens is slowed down like who tries keys.
 */
final class WebhookFilter extends OncePerRequestFilter {

    /** The attribute of a request with the name of the account whose token it has. */
    static final String ACCOUNT = WebhookFilter.class.getName() + ".account";

    private static final PathPatternRequestMatcher ADDRESS =
            PathPatternRequestMatcher.withDefaults().matcher("/webhooks/{account}/{token}");

    private final WebhookTokens tokens;
    private final FailedAttempts failedAttempts;

    WebhookFilter(WebhookTokens tokens, FailedAttempts failedAttempts) {
        this.tokens = tokens;
        this.failedAttempts = failedAttempts;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        MatchResult match = ADDRESS.matcher(request);
        Map<String, String> path = match.getVariables();
        String account = path.getOrDefault("account", "");
        String token = path.getOrDefault("token", "");
        String address = request.getRemoteAddr();
        // A provider posts for all accounts from one address, and to one of them perhaps with a token that was changed.
        String door = "webhooks/" + account;
        byte[] digest = ApiKeys.digest((account + '/' + token).getBytes(UTF_8));
        Duration pause = failedAttempts.pause(address, door, digest);
        if (!pause.isZero()) {
            Refusal.tooManyAttempts(response, pause);
        } else if (!match.isMatch() || !tokens.has(account, token)) {
            failedAttempts.failed(address, door);
            Refusal.write(response, Refusal.of(HttpServletResponse.SC_NOT_FOUND));
        } else {
            failedAttempts.succeeded(address, digest);
            if (HttpMethod.POST.matches(request.getMethod())) {
                request.setAttribute(ACCOUNT, account);
                chain.doFilter(request, response);
            } else {
                response.setHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
                Refusal.write(response, Refusal.of(HttpServletResponse.SC_METHOD_NOT_ALLOWED));
            }
        }
    }
}
