/**
 * A running site: one process per data center that captures, ships and applies, and a supervisor that restarts it after
 * every failure. {@link io.gemel.deploy.site.Site#start} wires the modules; nothing else does.
 */
@NullMarked
package io.gemel.deploy.site;

import org.jspecify.annotations.NullMarked;
