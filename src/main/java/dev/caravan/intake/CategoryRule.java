package dev.caravan.intake;

import dev.caravan.message.Priority;
import java.time.Duration;

/**
 * What a category stands for where a send does not say it.
 *
 * @param priority or null for normal
 * @param expiresAfter or null for the account's
 */
record CategoryRule(Priority priority, Duration expiresAfter) {}
