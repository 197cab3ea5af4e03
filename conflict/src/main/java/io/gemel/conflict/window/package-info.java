/**
 * The in-flight window: this site's changes that the peer has not yet been seen to have applied. It finds conflicts, and folds all
 * changes of a key in one order at both sites. Pure.
 */
@NullMarked
package io.gemel.conflict.window;

import org.jspecify.annotations.NullMarked;
