package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.api.Door.Client;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;

/** Without a configured key: in the sandbox, and outside of it. */
@ExtendWith(OutputCaptureExtension.class)
class SandboxSecurityTest {

    private static final Pattern KEY = Pattern.compile("(?m)Key of this sandbox run: (\\S+)$");

    @Test
    void theSandboxPrintsAKeyForEverythingAndOpensItsProviders(CapturedOutput output) throws Exception {
        try (ServletWebServerApplicationContext context = start("--spring.profiles.active=sandbox")) {
            Client nobody = client(context);
            String key =
                    KEY.matcher(output).results().map(match -> match.group(1)).reduce("", String::concat);

            assertThat(key).startsWith("cvn_").hasSize(47);
            assertThat(nobody.with(key).get("/api/v1/sends/1").body()).contains("\"sandbox\"");
            assertThat(nobody.with(key)
                            .call("POST", "/api/v1/sends", "Content-Type", "application/json")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(nobody.with(key).get("/actuator/metrics").statusCode()).isEqualTo(200);
            assertThat(nobody.with("sandbox-key").get("/sandbox/maytapi/status").body())
                    .isEqualTo("open");
            assertThat(nobody.with("a.b.c").get("/api/v1/sends/1").body()).contains("invalid-key");
            assertThat(output).doesNotContain("No key is configured");
        }
    }

    @Test
    void withoutAnyKeyEveryCallIsRefusedAndTheLogSaysHowToMakeOne(CapturedOutput output) throws Exception {
        try (ServletWebServerApplicationContext context = start()) {
            assertThat(client(context).get("/api/v1/sends/1").body()).contains("unauthenticated");
            assertThat(client(context).with("guess").get("/api/v1/sends/1").body())
                    .contains("invalid-key");
            assertThat(output)
                    .containsOnlyOnce("keys new hub --scope send,read")
                    .doesNotContain("sandbox run", "security password");
        }
    }

    private static ServletWebServerApplicationContext start(String... arguments) {
        SpringApplication application = new SpringApplication(Door.class);
        String[] always = {"--server.port=0", "--camel.main.routes-include-pattern=false"};
        String[] all = Stream.of(always, arguments).flatMap(Arrays::stream).toArray(String[]::new);
        return (ServletWebServerApplicationContext) application.run(all);
    }

    private static Client client(ServletWebServerApplicationContext context) {
        return new Client(context.getWebServer().getPort(), null, null);
    }
}
