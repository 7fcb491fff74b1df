package dev.caravan.api;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Accounts;
import dev.caravan.intake.Admission;
import dev.caravan.intake.Origins;
import dev.caravan.intake.Rehearsal;
import dev.caravan.intake.RequestBatches;
import dev.caravan.ledger.SendQueries;
import dev.caravan.ledger.Store;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the REST routes by the names they call them, and how requests get to the routes. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {

    /**
     * Serves a request on the server's own thread, of which there are as many as it takes. Camel's default moves it to a
     * pool of eight threads, where eight slow uploads would keep out everybody else.
     */
    @Bean(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
    PlatformHttpEngine platformHttpEngine(ServerProperties server) {
        int port = server.getPort() == null ? 8080 : server.getPort();
        return new SpringBootPlatformHttpEngine(port, Runnable::run);
    }

    /** Behind the filters of security, which are ordered below 0. */
    @Bean
    FilterRegistrationBean<SealingFilter> sealingFilter() {
        FilterRegistrationBean<SealingFilter> filter = new FilterRegistrationBean<>(new SealingFilter());
        filter.addUrlPatterns("/api/*");
        filter.setOrder(0);
        return filter;
    }

    @Bean
    Views views(CaravanProperties properties) {
        return new Views(properties.zone());
    }

    @Bean
    SendSteps sendSteps(
            Accounts accounts, Origins origins, Admission admission, Store store, SendQueries sends, Views views) {
        return new SendSteps(accounts, origins, admission, store, sends, views);
    }

    @Bean
    SenderSteps senderSteps(Accounts accounts) {
        return new SenderSteps(accounts);
    }

    @Bean
    BatchSteps batchSteps(Origins origins, RequestBatches batches, Admission admission, Rehearsal rehearsal) {
        return new BatchSteps(origins, batches, admission, rehearsal);
    }

    @Bean("api-request")
    Processor apiRequest() {
        return ApiRequest::receive;
    }

    @Bean("problem")
    Processor problem() {
        return Failures::answer;
    }

    @Bean("respond")
    Processor respond() {
        return ApiAnswer::respond;
    }

    @Bean("require-account")
    Processor requireAccount(SendSteps steps) {
        return steps::requireAccount;
    }

    @Bean("read-send")
    Processor readSend(SendSteps steps) {
        return steps::read;
    }

    @Bean("admit-send")
    Processor admitSend(SendSteps steps) {
        return steps::admit;
    }

    @Bean("dry-run")
    Predicate dryRun() {
        return BatchSteps::isDryRun;
    }

    @Bean("rehearse-rows")
    Processor rehearseRows(BatchSteps steps) {
        return steps::rehearse;
    }

    @Bean("open-rows")
    Processor openRows(BatchSteps steps) {
        return steps::open;
    }

    @Bean("admit-rows")
    Processor admitRows(BatchSteps steps) {
        return steps::admit;
    }

    @Bean("finish-rows")
    Processor finishRows(BatchSteps steps) {
        return steps::finish;
    }

    @Bean("show-send")
    Processor showSend(SendSteps steps) {
        return steps::show;
    }

    @Bean("senders-account")
    Processor sendersAccount(SenderSteps steps) {
        return steps::account;
    }

    @Bean("show-senders")
    Processor showSenders(SenderSteps steps) {
        return steps::show;
    }
}
