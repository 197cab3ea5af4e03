/**
 * What a database is to capture, whatever its engine: a log of commits, and rows as they are read from it. Nothing here
 * knows an engine or a broker.
 */
@NullMarked
package io.gemel.capture.source;

import org.jspecify.annotations.NullMarked;
