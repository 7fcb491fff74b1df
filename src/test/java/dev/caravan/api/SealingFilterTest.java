package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class SealingFilterTest {

    private final AtomicBoolean served = new AtomicBoolean();
    private final SealingFilter filter = new SealingFilter(served::get);

    @Test
    void whoCallsBeforeTheRoutesAreThereIsToldToComeAgain() throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        MockFilterChain routes = new MockFilterChain();

        filter.doFilter(new MockHttpServletRequest("POST", "/api/v1/sends"), response, routes);

        assertThat(routes.getRequest()).isNull();
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After")).isEqualTo("2");
        assertThat(response.getContentType()).isEqualTo("application/problem+json");
        assertThat(response.getContentAsString()).contains("\"code\":\"unavailable\"");
    }

    @Test
    void whoCallsOnceTheyAreThereIsServed() throws Exception {
        served.set(true);
        MockFilterChain routes = new MockFilterChain();

        filter.doFilter(new MockHttpServletRequest("POST", "/api/v1/sends"), new MockHttpServletResponse(), routes);

        assertThat(routes.getRequest()).isInstanceOf(SealedRequest.class);
    }
}
