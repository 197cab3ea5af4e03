/**
 * Detects and resolves conflicts between concurrent changes of two sites. Pure decisions: no I/O, clock or log.
 */
@NullMarked
package io.gemel.conflict;

import org.jspecify.annotations.NullMarked;
