package dev.caravan.delivery;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** The lane of one account; it can only be consumed from. */
final class LaneEndpoint extends DefaultEndpoint {

    private final Dispatcher dispatcher;
    private final String account;

    LaneEndpoint(String uri, LaneComponent component, Dispatcher dispatcher, String account) {
        super(uri, component);
        this.dispatcher = dispatcher;
        this.account = account;
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        LaneConsumer consumer = new LaneConsumer(this, processor, dispatcher, account);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("lane:" + account + " is fed by the ledger, not by a route");
    }
}
