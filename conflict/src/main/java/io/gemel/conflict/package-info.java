/**
 * The pure core of replication: the policies of tables, and the values that they decide on. With the window and the log beneath,
 * no I/O, no clock, no thread of its own: a seeded simulation runs exactly this code.
 */
@NullMarked
package io.gemel.conflict;

import org.jspecify.annotations.NullMarked;
