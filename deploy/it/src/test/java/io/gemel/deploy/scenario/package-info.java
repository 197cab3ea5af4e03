/** Runs the files under {@code deploy/scenarios}: what two sites write at the same time, and how it must end. */
@NullMarked
package io.gemel.deploy.scenario;

import org.jspecify.annotations.NullMarked;
