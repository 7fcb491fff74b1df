package dev.caravan.api;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** The contract of the REST door at {@code /openapi.yaml}, and the page that shows it at {@code /docs}. */
@Configuration(proxyBeanMethods = false)
class ContractConfiguration {

    // What the page is made of comes from this gateway alone.
    private static final String SOURCES = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    @Bean
    RouterFunction<ServerResponse> contract() {
        ClassPathResource contract = new ClassPathResource("openapi/caravan.yaml");
        ClassPathResource page = new ClassPathResource("openapi/page.html");
        return RouterFunctions.route()
                .GET("/openapi.yaml", request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_YAML)
                        .body(contract))
                .GET("/docs", request -> ServerResponse.ok()
                        .contentType(MediaType.TEXT_HTML)
                        .header("Content-Security-Policy", SOURCES)
                        .body(page))
                .build();
    }
}
