/**
 * The interface between the site and the applier: its configuration, its listener, its state and its failure. All other
 * packages of apply depend on it.
 */
@NullMarked
package io.gemel.apply.api;

import org.jspecify.annotations.NullMarked;
