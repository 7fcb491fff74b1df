package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

class LaneMetricsTest {

    /** A gateway may have thousands of accounts. */
    @Test
    void latencyOfAnAccountTakesFewLinesOfAScrape() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new LaneMetrics(registry).answered("main", System.currentTimeMillis() - 300);

        assertThat(registry.scrape().lines().filter(line -> line.startsWith("caravan_provider_latency_seconds")))
                .hasSizeLessThan(15)
                .contains(
                        "caravan_provider_latency_seconds_bucket{account=\"main\",le=\"0.25\"} 0",
                        "caravan_provider_latency_seconds_bucket{account=\"main\",le=\"30.0\"} 1");
    }
}
