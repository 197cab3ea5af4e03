/**
 * What the process hands to a router, and hears from it: its configuration, its report and metrics, and its failures. All other packages of
 * the router know it.
 */
@NullMarked
package io.gemel.router.api;

import org.jspecify.annotations.NullMarked;
