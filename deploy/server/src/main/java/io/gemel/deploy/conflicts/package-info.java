/**
 * {@code gemel conflicts}: reads the journal of a site for a person, explains each decision in words, and restores a
 * row that lost when it should not have.
 */
@NullMarked
package io.gemel.deploy.conflicts;

import org.jspecify.annotations.NullMarked;
