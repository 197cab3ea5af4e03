/**
 * A running site: one process per data center that captures, ships and applies, and a supervisor that starts it anew after
 * every failure. {@link io.gemel.deploy.site.Site#start} is the map of how the modules are wired; nothing else wires them.
 */
@NullMarked
package io.gemel.deploy.site;

import org.jspecify.annotations.NullMarked;
