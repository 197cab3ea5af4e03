/** Keeps on disk what is too much for memory. The only package that knows H2's MVStore. */
@NullMarked
package io.gemel.deploy.spill;

import org.jspecify.annotations.NullMarked;
