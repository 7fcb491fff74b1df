package dev.caravan.sandbox;

import dev.caravan.api.ApiKey;
import dev.caravan.api.ApiKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/** What the sandbox opens over HTTP: its simulated providers, which check credentials themselves, and a key to try. */
@Configuration(proxyBeanMethods = false)
@Profile("sandbox")
class SandboxDoorConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxDoorConfiguration.class);

    @Bean
    @Order(0)
    SecurityFilterChain simulatedProviders(HttpSecurity http) throws Exception {
        return http.securityMatcher("/sandbox/**")
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .build();
    }

    /** The one credential that is ever logged: it opens a door behind which nothing real is. */
    @Bean
    @Conditional(NoKeyConfigured.class)
    ApiKey sandboxKey() {
        String key = ApiKeys.generate();
        LOG.info("Key of this sandbox run: {}", key);
        return ApiKey.unrestricted("sandbox", ApiKeys.sha256(key));
    }

    static final class NoKeyConfigured implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata annotated) {
            return !Binder.get(context.getEnvironment())
                    .bind("caravan.api.keys", Bindable.mapOf(String.class, Object.class))
                    .isBound();
        }
    }
}
