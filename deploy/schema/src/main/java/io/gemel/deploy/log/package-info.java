/** The Kafka topics that hold the sites' logs, seen from the command line: whether they exist, how they are set up, and creating them. */
@NullMarked
package io.gemel.deploy.log;

import org.jspecify.annotations.NullMarked;
