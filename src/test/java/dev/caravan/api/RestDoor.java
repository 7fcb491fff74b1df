package dev.caravan.api;

import dev.caravan.CaravanApplication;
import dev.caravan.delivery.ProviderStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.util.FileSystemUtils;

/**
 * A client of the REST door of a whole gateway, over a socket; every answer is held against the contract. Accounts are
 * {@code main} (takes what names no account), {@code other}, and {@code small}, in whose queue there is room for 3, and {@code tiny}, for 1; their
 * provider accepts everything at once. Keys are {@link #KEY}, which may do everything, {@link #LIMITED} and
 * {@link #TENANT}.
 */
final class RestDoor {

    /** A whole gateway on a free port. Tests that say so share one. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @SpringBootTest(classes = CaravanApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT)
    @ContextConfiguration(initializers = Setup.class)
    @interface Started {}

    /** Of every scope and account. */
    static final String KEY = "all-key";

    /** May send and read through {@code other} only, in the namespace {@code limited}. */
    static final String LIMITED = "limited-key";

    /** Of every scope and account, in the namespace {@code tenant}. */
    static final String TENANT = "tenant-key";

    private static final byte[] SENT =
            ProviderStub.http(200, Map.of(), "{\"success\":true,\"data\":{\"chatId\":\"c\",\"msgId\":\"m\"}}");

    static final class Setup implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try {
                Path home = Files.createTempDirectory("rest-door");
                ProviderStub stub = new ProviderStub(
                        (request, connection) -> connection.getOutputStream().write(SENT));
                context.addApplicationListener((ApplicationListener<ContextClosedEvent>) closed -> {
                    try {
                        stub.close();
                        FileSystemUtils.deleteRecursively(home);
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
                TestPropertyValues.of(
                                "caravan.home=" + home,
                                "caravan.default-account=main",
                                "caravan.api.keys.all.sha256=" + ApiKeys.sha256(KEY),
                                "caravan.api.keys.all.scopes=send,read,admin",
                                "caravan.api.keys.limited.sha256=" + ApiKeys.sha256(LIMITED),
                                "caravan.api.keys.limited.scopes=send,read",
                                "caravan.api.keys.limited.accounts=other",
                                "caravan.api.keys.limited.namespace=limited",
                                "caravan.api.keys.tenant.sha256=" + ApiKeys.sha256(TENANT),
                                "caravan.api.keys.tenant.scopes=send,read,admin",
                                "caravan.api.keys.tenant.namespace=tenant")
                        .and(account("main", stub, 1_000_000))
                        .and(account("other", stub, 1_000_000))
                        .and(account("small", stub, 3))
                        .and(account("tiny", stub, 1))
                        .applyTo(context);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private static Map<String, String> account(String name, ProviderStub stub, int maxQueued) {
            String key = "caravan.accounts." + name + '.';
            return Map.of(
                    key + "provider", "maytapi",
                    key + "base-url", stub.baseUrl(),
                    key + "rate", "unlimited",
                    key + "max-queued", Integer.toString(maxQueued),
                    key + "settings.product-id", "p",
                    key + "settings.phone-id", "1",
                    key + "settings.api-key", "k");
        }
    }

    private static final Contract CONTRACT = Contract.read();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final String key;

    private RestDoor(String base, String key) {
        this.base = base;
        this.key = key;
    }

    /** Calls with {@link #KEY}. */
    static RestDoor of(Environment environment) {
        return new RestDoor("http://127.0.0.1:" + environment.getProperty("local.server.port"), KEY);
    }

    RestDoor with(String otherKey) {
        return new RestDoor(base, otherKey);
    }

    int port() {
        return URI.create(base).getPort();
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, BodyPublishers.noBody(), List.of());
    }

    /** @param headers names and values in turn */
    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, BodyPublishers.noBody(), List.of(headers));
    }

    /** @param headers names and values in turn */
    HttpResponse<String> post(String path, String json, String... headers) {
        return post(path, "application/json", BodyPublishers.ofString(json), headers);
    }

    HttpResponse<String> post(String path, String type, BodyPublisher body, String... headers) {
        List<String> all = new java.util.ArrayList<>(List.of(headers));
        if (type != null) {
            all.addAll(List.of("Content-Type", type));
        }
        return send("POST", path, body, all);
    }

    HttpResponse<String> send(String method, String path, BodyPublisher body, List<String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).method(method, body);
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int index = 0; index < headers.size(); index += 2) {
            request.header(headers.get(index), headers.get(index + 1));
        }
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            CONTRACT.check(method, URI.create(path).getPath(), answer);
            return answer;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
