/**
 * Running a router: {@code gemel router}, its figures over JMX, and the commands that give a running router an operator's orders through its
 * administration port.
 */
@NullMarked
package io.gemel.deploy.router;

import org.jspecify.annotations.NullMarked;
