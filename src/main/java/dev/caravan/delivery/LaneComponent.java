package dev.caravan.delivery;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/** {@code lane:<account>}: gives a route one exchange per turn of that account. */
final class LaneComponent extends DefaultComponent {

    private final Dispatcher dispatcher;

    LaneComponent(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        return new LaneEndpoint(uri, this, dispatcher, remaining);
    }
}
