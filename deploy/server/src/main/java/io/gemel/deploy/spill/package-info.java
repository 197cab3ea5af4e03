/** Keeps on disk what exceeds memory. The only package that depends on H2's MVStore. */
@NullMarked
package io.gemel.deploy.spill;

import org.jspecify.annotations.NullMarked;
