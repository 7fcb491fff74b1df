package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;

/** {@code /openapi.yaml} and {@code /docs}, which need neither a key nor the internet. */
@RestDoor.Started
class ContractPageTest {

    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

    @Autowired
    private Environment environment;

    @Test
    void contractIsServedAsItIsWritten() throws IOException {
        HttpResponse<String> contract = RestDoor.of(environment).with(null).get("/openapi.yaml");

        assertThat(contract.statusCode()).isEqualTo(200);
        assertThat(contract.body()).isEqualTo(new ClassPathResource("openapi/caravan.yaml").getContentAsString(UTF_8));
    }

    @Test
    void pageConsistsOfWhatThisGatewayServes() {
        RestDoor door = RestDoor.of(environment).with(null);

        HttpResponse<String> page = door.get("/docs");

        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'")
                .doesNotContain("http");
        List<String> links = LINK.matcher(page.body())
                .results()
                .map((MatchResult link) -> link.group(1))
                .toList();
        assertThat(links)
                .contains("webjars/swagger-ui/swagger-ui-bundle.js", "docs/show.js", "openapi.yaml")
                .allSatisfy(link ->
                        assertThat(door.get("/" + link).statusCode()).as(link).isEqualTo(200));
        assertThat(page.body()).doesNotContain("<style", "onload").doesNotContainPattern("<script>");
    }
}
