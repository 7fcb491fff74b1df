package dev.caravan.intake;

import dev.caravan.message.Priority;

/** Where sends of an account wait for each other: those of one priority. */
record Queue(String account, Priority priority) {}
