/**
 * What a request may say, and what of it a VM may hear: targets, headers, keys, routes, upgrades, traces. Pure: nothing here knows Vert.x, Netty
 * or a clock.
 */
@NullMarked
package io.gemel.router.request;

import org.jspecify.annotations.NullMarked;
