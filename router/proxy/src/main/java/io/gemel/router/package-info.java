/**
 * Sends each submission of a client to one VM of the application, and to another one when that one dies; its effect
 * happens once.
 *
 * <p>{@link Router} is the entry point: it starts everything, and reloads settings while it runs. A {@code Worker} is
 * one event loop and its clients. Users of the router also depend on the package {@code api}.
 */
@NullMarked
package io.gemel.router;

import org.jspecify.annotations.NullMarked;
