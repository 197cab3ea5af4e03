/**
 * What a request may contain, and what a VM receives of it: targets, headers, keys, routes, upgrades, traces. Pure:
 * nothing here depends on Vert.x, Netty or a clock.
 */
@NullMarked
package io.gemel.router.request;

import org.jspecify.annotations.NullMarked;
