/** The peer's log in Kafka: reading it, and hearing from the peer. The only package of apply that knows Kafka's clients. */
@NullMarked
package io.gemel.apply.log;

import org.jspecify.annotations.NullMarked;
