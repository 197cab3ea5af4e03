/**
 * What the site hands to capture, and hears from it: its configuration, its listener and its failures. All other packages of
 * capture know it.
 */
@NullMarked
package io.gemel.capture.api;

import org.jspecify.annotations.NullMarked;
