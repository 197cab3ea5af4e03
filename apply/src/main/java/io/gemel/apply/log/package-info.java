/**
 * The peer's log in Kafka: reading it, and monitoring the peer. The only package of apply that depends on Kafka's
 * clients.
 */
@NullMarked
package io.gemel.apply.log;

import org.jspecify.annotations.NullMarked;
