package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jms.JmsAutoConfiguration;
import org.springframework.boot.autoconfigure.jms.artemis.ArtemisAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The server with its security and the shipped settings, and behind it nothing but a few answers: no ledger, no routes. */
@EnableAutoConfiguration(
        exclude = {
            ArtemisAutoConfiguration.class,
            DataSourceAutoConfiguration.class,
            FlywayAutoConfiguration.class,
            JmsAutoConfiguration.class
        },
        excludeName = "dev.caravan.jms.EmbeddedBrokerConfiguration")
@ComponentScan(
        basePackages = "dev.caravan",
        useDefaultFilters = false,
        includeFilters =
                @Filter(
                        type = FilterType.REGEX,
                        pattern = "dev\\.caravan\\.(Properties|api\\.Security|sandbox\\.SandboxDoor)Configuration"))
@Import(Door.Answers.class)
class Door {

    /** Nanoseconds that pass only when a test says so. */
    static final class Time implements Ticker {

        private final AtomicLong now = new AtomicLong();

        @Override
        public long read() {
            return now.get();
        }

        void pass(Duration time) {
            now.addAndGet(time.toNanos());
        }
    }

    @Bean
    Time time() {
        return new Time();
    }

    @Bean
    @Primary
    FailedAttempts slowFailedAttempts(Time time) {
        return new FailedAttempts(time);
    }

    @Bean
    HealthIndicator laneHealthIndicator() {
        return () -> Health.up().withDetail("main", "running").build();
    }

    /** Stands for the routes. */
    @RestController
    static class Answers {

        /** On another thread, as routes do. */
        @GetMapping("/api/v1/sends/{id}")
        CompletableFuture<Map<String, Object>> send(HttpServletRequest request) {
            Caller caller = (Caller) request.getAttribute(Caller.ATTRIBUTE);
            return CompletableFuture.supplyAsync(() ->
                    Map.of("name", caller.name(), "accounts", caller.accounts(), "namespace", caller.namespace()));
        }

        @PostMapping(path = "/api/v1/sends", consumes = "application/json", produces = "application/json")
        String accept() {
            return "{}";
        }

        @GetMapping("/api/v1/accounts")
        String fail() {
            throw new IllegalStateException("inner-secret");
        }

        @GetMapping({"/openapi.yaml", "/docs", "/webjars/viewer/index.js", "/sandbox/maytapi/status", "/api/v2/later"})
        String open() {
            return "open";
        }

        @PostMapping("/webhooks/main/token-of-the-tests")
        String webhook() {
            return "open";
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Calls the server as a proxy does for a client. */
    record Client(int port, String address, String credential) {

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return call("GET", path);
        }

        /** @param headers names and values in turn */
        HttpResponse<String> call(String method, String path, String... headers)
                throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .method(method, BodyPublishers.ofString(method.equals("POST") ? "{}" : ""));
            if (headers.length > 0) {
                request.headers(headers);
            }
            if (credential != null) {
                request.setHeader("Authorization", "Bearer " + credential);
            }
            if (address != null) {
                request.setHeader("X-Forwarded-For", address);
            }
            return CLIENT.send(request.build(), BodyHandlers.ofString());
        }

        Client with(String other) {
            return new Client(port, address, other);
        }

        Client from(String other) {
            return new Client(port, other, credential);
        }
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    /** JSON written with single quotes. */
    static JsonNode tree(String json) throws IOException {
        return JSON.readTree(json.replace('\'', '"'));
    }

    /** Everything the server answers to bytes that no client would send. */
    static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
