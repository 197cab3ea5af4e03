/**
 * This site's log in Kafka: who may write it, what it holds, and writing it. The only package of capture that depends
 * on Kafka's clients.
 */
@NullMarked
package io.gemel.capture.log;

import org.jspecify.annotations.NullMarked;
