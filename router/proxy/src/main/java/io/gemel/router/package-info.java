/**
 * Sends each submission of a client to one VM of the application, and to another one when that one dies: once, never twice.
 *
 * <p>{@link Router} is the door: it starts everything, and takes other settings while it runs. A {@code Worker} is one event loop and its
 * clients. Whoever opens the door knows the package {@code api} besides.
 */
@NullMarked
package io.gemel.router;

import org.jspecify.annotations.NullMarked;
