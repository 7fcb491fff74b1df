package dev.caravan.command;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a command finds around it.
 *
 * @param environment the variables of the process
 * @param isTerminal whether somebody watches, so that a line can be drawn over
 * @param ask puts a question to whoever watches, and returns the line they write, or null when nobody is there
 * @param poll how often a batch is looked at
 * @param patience how long a gateway may be away while a batch is watched
 * @param configuration arguments {@code --key=value} for the gateway's configuration, as Spring takes them
 */
record Surroundings(
        Map<String, String> environment,
        boolean isTerminal,
        UnaryOperator<String> ask,
        Duration poll,
        Duration patience,
        List<String> configuration) {

    static Surroundings ofProcess(List<String> configuration) {
        return new Surroundings(
                System.getenv(),
                System.console() != null,
                question -> System.console() == null ? null : System.console().readLine("%s", question),
                Duration.ofSeconds(1),
                Duration.ofMinutes(10),
                configuration);
    }
}
