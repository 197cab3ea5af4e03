/**
 * Setting up a site: {@link io.gemel.deploy.prepare.Prepare} compares what a site needs with what is there and runs only the difference, so
 * it can be repeated at any time. What its role may not do is handed to an administrator as one script.
 */
@NullMarked
package io.gemel.deploy.prepare;

import org.jspecify.annotations.NullMarked;
