/**
 * Sends each submission of a client to one VM of the application, and to another one when that one dies: once, never twice.
 */
@NullMarked
package io.gemel.router;

import org.jspecify.annotations.NullMarked;
