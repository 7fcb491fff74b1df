package dev.caravan.delivery;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/** Runs the turns of a lane through its route while the route is started. */
final class LaneConsumer extends DefaultConsumer implements Suspendable {

    private final Dispatcher dispatcher;
    private final String account;
    private Lane lane;

    LaneConsumer(LaneEndpoint endpoint, Processor processor, Dispatcher dispatcher, String account) {
        super(endpoint, processor);
        this.dispatcher = dispatcher;
        this.account = account;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        lane = dispatcher.open(account, this::run);
    }

    @Override
    protected void doSuspend() throws Exception {
        dispatcher.close(lane);
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        lane = dispatcher.open(account, this::run);
    }

    @Override
    protected void doStop() throws Exception {
        dispatcher.close(lane);
        super.doStop();
    }

    private void run(Turn turn) {
        Exchange exchange = createExchange(false);
        try {
            exchange.setVariable(Turn.VARIABLE, turn);
            exchange.setVariable(Turn.ACCOUNT, turn.account());
            exchange.setVariable(Turn.CLOCK_SETS, turn.clockSets());
            getProcessor().process(exchange);
            if (exchange.getException() != null) {
                throw new TurnFailedException(exchange.getException());
            }
        } catch (TurnFailedException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new TurnFailedException(failed);
        } finally {
            releaseExchange(exchange, false);
        }
    }
}
