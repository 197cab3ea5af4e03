/**
 * A site's log as both sides see it: how transactions are stamped for it, followed, searched, and how far reading has come.
 * Pure.
 */
@NullMarked
package io.gemel.conflict.log;

import org.jspecify.annotations.NullMarked;
