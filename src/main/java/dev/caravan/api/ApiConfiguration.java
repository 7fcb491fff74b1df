package dev.caravan.api;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Accounts;
import dev.caravan.care.RecipientFiles;
import dev.caravan.delivery.DeliveryReports;
import dev.caravan.intake.Admission;
import dev.caravan.intake.BlocklistImport;
import dev.caravan.intake.InboundMessages;
import dev.caravan.intake.Origins;
import dev.caravan.intake.Rehearsal;
import dev.caravan.intake.RequestBatches;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.BatchStandings;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Events;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.SendControl;
import dev.caravan.ledger.SendQueries;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.Reports;
import dev.caravan.provider.Providers;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the REST routes by the names they call them, and how requests get to the routes. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {

    @Bean(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME)
    PlatformHttpEngine platformHttpEngine(ServerProperties server) {
        int port = server.getPort() == null ? 8080 : server.getPort();
        return new ServerThreadEngine(port);
    }

    /** Behind the filters of security, which are ordered below 0. */
    @Bean
    FilterRegistrationBean<SealingFilter> sealingFilter(ObjectProvider<CamelContext> camel) {
        FilterRegistrationBean<SealingFilter> filter = new FilterRegistrationBean<>(
                new SealingFilter(() -> camel.getObject().isStarted()));
        filter.addUrlPatterns("/api/*", "/webhooks/*");
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
    BatchSteps batchSteps(Origins origins, RequestBatches batches, Admission admission, Rehearsal rehearsal) {
        return new BatchSteps(origins, batches, admission, rehearsal);
    }

    @Bean
    BatchControlSteps batchControlSteps(
            Store store,
            Batches batches,
            BatchControl control,
            BatchStandings standings,
            Events events,
            Reports reports,
            Views views) {
        return new BatchControlSteps(store, batches, control, standings, events, reports, views);
    }

    @Bean
    SenderSteps senderSteps(Accounts accounts) {
        return new SenderSteps(accounts);
    }

    @Bean
    SendControlSteps sendControlSteps(Store store, SendQueries queries, SendControl control, Views views) {
        return new SendControlSteps(store, queries, control, views);
    }

    @Bean
    AccountSteps accountSteps(
            Accounts accounts, Store store, Lanes lanes, LaneControl laneControl, Arrivals arrivals, Views views) {
        return new AccountSteps(accounts, store, lanes, laneControl, arrivals, views);
    }

    @Bean
    BlocklistSteps blocklistSteps(
            Store store, Blocklist blocklist, BlocklistImport imports, WrittenRecipients recipients, Views views) {
        return new BlocklistSteps(store, blocklist, imports, recipients, views);
    }

    @Bean
    RecipientSteps recipientSteps(
            Store store,
            SendControlSteps sends,
            Recipients recipients,
            Blocklist blocklist,
            WrittenRecipients written,
            RecipientFiles files,
            Views views) {
        return new RecipientSteps(store, sends, recipients, blocklist, written, files, views);
    }

    @Bean
    WebhookSteps webhookSteps(
            Accounts accounts, Providers providers, Store store, DeliveryReports reports, InboundMessages messages) {
        return new WebhookSteps(accounts, providers, store, reports, messages);
    }

    @Bean("read-notices")
    Processor readNotices(WebhookSteps steps) {
        return steps::read;
    }

    @Bean("apply-notices")
    Processor applyNotices(WebhookSteps steps) {
        return steps::apply;
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

    @Bean("batch-request")
    Processor batchRequest(BatchSteps steps) {
        return steps::receive;
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

    @Bean("show-batch")
    Processor showBatch(BatchControlSteps steps) {
        return steps::show;
    }

    @Bean("report-batch")
    Processor reportBatch(BatchControlSteps steps) {
        return steps::report;
    }

    @Bean("pause-batch")
    Processor pauseBatch(BatchControlSteps steps) {
        return steps::pause;
    }

    @Bean("resume-batch")
    Processor resumeBatch(BatchControlSteps steps) {
        return steps::resume;
    }

    @Bean("cancel-batch")
    Processor cancelBatch(BatchControlSteps steps) {
        return steps::cancel;
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

    @Bean("list-dead-letters")
    Processor listDeadLetters(SendControlSteps steps) {
        return steps::deadLetters;
    }

    @Bean("list-sends")
    Processor listSends(SendControlSteps steps) {
        return steps::list;
    }

    @Bean("cancel-send")
    Processor cancelSend(SendControlSteps steps) {
        return steps::cancel;
    }

    @Bean("retry-send")
    Processor retrySend(SendControlSteps steps) {
        return steps::retry;
    }

    @Bean("resolve-send")
    Processor resolveSend(SendControlSteps steps) {
        return steps::resolve;
    }

    @Bean("retry-sends")
    Processor retrySends(SendControlSteps steps) {
        return steps::retryAll;
    }

    @Bean("list-accounts")
    Processor listAccounts(AccountSteps steps) {
        return steps::list;
    }

    @Bean("pause-account")
    Processor pauseAccount(AccountSteps steps) {
        return steps::pause;
    }

    @Bean("resume-account")
    Processor resumeAccount(AccountSteps steps) {
        return steps::resume;
    }

    @Bean("list-blocked")
    Processor listBlocked(BlocklistSteps steps) {
        return steps::list;
    }

    @Bean("block")
    Processor block(BlocklistSteps steps) {
        return steps::block;
    }

    @Bean("unblock")
    Processor unblock(BlocklistSteps steps) {
        return steps::unblock;
    }

    @Bean("search-recipient")
    Processor searchRecipient(RecipientSteps steps) {
        return steps::search;
    }

    @Bean("export-recipient")
    Processor exportRecipient(RecipientSteps steps) {
        return steps::export;
    }

    @Bean("erase-recipient")
    Processor eraseRecipient(RecipientSteps steps) {
        return steps::erase;
    }
}
