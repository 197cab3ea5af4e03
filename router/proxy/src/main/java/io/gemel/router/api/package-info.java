/**
 * The interface between the process and a router: its configuration, its report and metrics, and its failures. All
 * other packages of the router depend on it.
 */
@NullMarked
package io.gemel.router.api;

import org.jspecify.annotations.NullMarked;
