/**
 * Everything that runs: the {@code gemel} command and the wiring of a site.
 */
@NullMarked
package io.gemel.deploy;

import org.jspecify.annotations.NullMarked;
