/**
 * The interface between the site and capture: its configuration, its listener and its failures. All other packages of
 * capture depend on it.
 */
@NullMarked
package io.gemel.capture.api;

import org.jspecify.annotations.NullMarked;
