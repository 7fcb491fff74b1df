package dev.caravan.delivery;

import dev.caravan.provider.Judge;
import dev.caravan.provider.Providers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.direct.springboot.DirectComponentAutoConfiguration;
import org.apache.camel.component.http.springboot.HttpComponentAutoConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.DefaultConversionService;

/**
 * The providers' routes without a lane. Not annotated as a configuration, or the gateway would find it. Needs accounts,
 * packs and a {@link Judge}, and to be told of the routes {@value #ROUTES}.
 */
@Import(CallConfiguration.class)
@ImportAutoConfiguration({
    CamelAutoConfiguration.class,
    DirectComponentAutoConfiguration.class,
    HttpComponentAutoConfiguration.class
})
public class TryoutConfiguration {

    /** For {@code camel.main.routes-include-pattern}. */
    public static final String ROUTES =
            "${caravan.routes}/delivery/call.camel.yaml,${caravan.routes}/providers/*.camel.yaml";

    /** Nobody reads what is counted here. */
    @Bean
    MeterRegistry meterRegistry() {
        return new SimpleMeterRegistry();
    }

    /** Camel would make one of its own, out of converters that are for the configuration only. */
    @Bean
    ConversionService routeConversionService() {
        return new DefaultConversionService();
    }

    @Bean
    static BeanPostProcessor callsAreKept() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return name.equals("connection") ? Tryout.keeping((Processor) bean) : bean;
            }
        };
    }

    @Bean
    Tryout tryout(ProducerTemplate template, Providers providers, Judge judge, Lookups lookups) {
        return new Tryout(template, providers, judge, lookups);
    }
}
