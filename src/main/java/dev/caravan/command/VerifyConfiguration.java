package dev.caravan.command;

import dev.caravan.RoutesConfiguration;
import dev.caravan.delivery.TryoutConfiguration;
import org.springframework.context.annotation.Import;

/**
 * What {@code verify} needs beyond what every command does: the providers' routes. Not annotated as a configuration, or the
 * gateway would find it.
 */
@Import({CommandConfiguration.class, RoutesConfiguration.class, TryoutConfiguration.class})
class VerifyConfiguration {}
