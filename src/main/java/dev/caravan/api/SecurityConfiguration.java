package dev.caravan.api;

import static org.springframework.security.config.http.SessionCreationPolicy.STATELESS;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.caravan.CaravanProperties;
import dev.caravan.api.Calls.Call;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.catalina.core.StandardHost;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.web.PathPatternRequestMatcherBuilderFactoryBean;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;

/** Who may call what over HTTP. */
@Configuration(proxyBeanMethods = false)
@Import(ErrorPage.class)
class SecurityConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(SecurityConfiguration.class);

    /** Requests are counted and timed as a whole; the same for each filter would cost more than what the filters do. */
    @Bean
    SecurityObservationSettings filtersAreNotObserved() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    FailedAttempts failedAttempts() {
        return new FailedAttempts(Ticker.systemTicker());
    }

    /** Compares paths by themselves, without asking every handler mapping of the server for each pattern. */
    @Bean
    static PathPatternRequestMatcherBuilderFactoryBean pathPatterns() {
        return new PathPatternRequestMatcherBuilderFactoryBean();
    }

    /** What needs no key: the contract and its viewer. */
    @Bean
    @Order(1)
    SecurityFilterChain open(HttpSecurity http) throws Exception {
        return stateless(http)
                .securityMatcher("/openapi.yaml", "/docs", "/docs/**", "/webjars/**", "/error")
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    /** Providers have no key but an address with a token in it. */
    @Bean
    @Order(2)
    SecurityFilterChain webhooks(HttpSecurity http, CaravanProperties properties, FailedAttempts failedAttempts)
            throws Exception {
        Map<String, String> tokens = new HashMap<>();
        properties.accounts().forEach((name, account) -> {
            if (account.webhookToken() != null && !account.webhookToken().isBlank()) {
                tokens.put(name, account.webhookToken().strip());
            }
        });
        WebhookFilter filter = new WebhookFilter(new WebhookTokens(tokens), failedAttempts);
        return stateless(http)
                .securityMatcher("/webhooks/**")
                .addFilterBefore(filter, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain closed(
            HttpSecurity http,
            CaravanProperties properties,
            ObjectProvider<ApiKey> furtherKeys,
            ObjectProvider<JwtDecoder> decoder,
            FailedAttempts failedAttempts)
            throws Exception {
        List<ApiKey> keys = keys(properties, furtherKeys);
        JwtDecoder issuer = decoder.getIfAvailable();
        if (keys.isEmpty() && issuer == null) {
            LOG.warn("No key is configured, so the REST API refuses every call; make one with"
                    + " `java -jar caravan.jar keys new hub --scope send,read`");
        }
        Tokens tokens = issuer == null ? null : new Tokens(issuer, new Seldom(Ticker.systemTicker()));
        BearerFilter bearer = new BearerFilter(new KeyRing(keys, InstantSource.system()), tokens, failedAttempts);
        return stateless(http)
                .addFilterBefore(bearer, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> {
                    // A request is authorised once, when it comes in.
                    requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                            .permitAll();
                    for (Call call : Calls.ALL) {
                        requests.requestMatchers(call.matcher())
                                .hasAuthority(call.scope().authority());
                    }
                    requests.requestMatchers(EndpointRequest.to(HealthEndpoint.class))
                            .permitAll()
                            .requestMatchers(EndpointRequest.toAnyEndpoint())
                            .hasAuthority(Scope.ADMIN.authority())
                            .anyRequest()
                            .denyAll();
                })
                .exceptionHandling(refusals -> refusals.authenticationEntryPoint((request, response, missing) ->
                                Refusal.write(response, Refusal.of(HttpServletResponse.SC_UNAUTHORIZED)))
                        .accessDeniedHandler((request, response, denied) -> deny(request, response)))
                .build();
    }

    private static HttpSecurity stateless(HttpSecurity http) throws Exception {
        // Without cookies and sessions there is nothing a foreign page could make a browser use.
        return http.csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable);
    }

    private static List<ApiKey> keys(CaravanProperties properties, ObjectProvider<ApiKey> furtherKeys) {
        List<ApiKey> keys = new ArrayList<>(furtherKeys.orderedStream().toList());
        properties.api().keys().forEach((name, key) -> {
            var scopes = key.scopes().stream()
                    .map(scope -> Scope.valueOf(scope.name()))
                    .collect(Collectors.toSet());
            keys.add(
                    new ApiKey(key.sha256(), new Caller(name, scopes, key.accounts(), key.namespace()), key.expires()));
        });
        return keys;
    }

    /** Tells a caller who is known why it may not do this: it lacks the scope, or there is no such call. */
    private static void deny(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (EndpointRequest.toAnyEndpoint().matches(request)) {
            Refusal.write(response, insufficient(Scope.ADMIN));
            return;
        }
        List<Call> calls = Calls.at(request);
        if (calls.isEmpty()) {
            Refusal.write(response, Refusal.of(HttpServletResponse.SC_NOT_FOUND));
            return;
        }
        for (Call call : calls) {
            if (call.method().matches(request.getMethod())) {
                Refusal.write(response, insufficient(call.scope()));
                return;
            }
        }
        response.setHeader(
                HttpHeaders.ALLOW,
                calls.stream().map(call -> call.method().name()).collect(Collectors.joining(", ")));
        Refusal.write(response, Refusal.of(HttpServletResponse.SC_METHOD_NOT_ALLOWED));
    }

    private static Problem insufficient(Scope scope) {
        return Problem.of(
                HttpServletResponse.SC_FORBIDDEN,
                "insufficient-scope",
                "This key may not do this; it needs the scope " + scope.word() + ".");
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> serverErrors() {
        return server -> server.addContextCustomizers(context -> {
            StandardHost host = (StandardHost) context.getParent();
            host.setErrorReportValveClass("");
            host.getPipeline().addValve(new ServerErrors());
        });
    }
}
