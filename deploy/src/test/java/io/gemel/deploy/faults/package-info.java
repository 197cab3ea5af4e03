/** Two sites under load and fault: what is injected, what is collected, and the checkers that judge it. */
@NullMarked
package io.gemel.deploy.faults;

import org.jspecify.annotations.NullMarked;
