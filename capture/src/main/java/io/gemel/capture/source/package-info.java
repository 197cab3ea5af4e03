/**
 * Capture's interface to a database, independent of its engine: a log of commits, and rows as they are read from it.
 * Nothing here depends on an engine or a broker.
 */
@NullMarked
package io.gemel.capture.source;

import org.jspecify.annotations.NullMarked;
