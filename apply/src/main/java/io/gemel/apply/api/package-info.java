/**
 * What the site hands to the applier, and hears from it: its configuration, its listener, its state and its failure. All
 * other packages of apply know it.
 */
@NullMarked
package io.gemel.apply.api;

import org.jspecify.annotations.NullMarked;
