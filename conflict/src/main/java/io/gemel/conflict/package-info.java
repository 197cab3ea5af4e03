/**
 * The pure core of replication: how a site's committed transactions are stamped, how its in-flight window finds conflicts,
 * and how the fold of all changes of a key, in one order at both sites, resolves them. No I/O, no clock, no thread of its
 * own: a seeded simulation runs exactly this code.
 */
@NullMarked
package io.gemel.conflict;

import org.jspecify.annotations.NullMarked;
