/**
 * Reads the committed transactions of one database from its log and publishes them, whole and in commit order.
 */
@NullMarked
package io.gemel.capture;

import org.jspecify.annotations.NullMarked;
