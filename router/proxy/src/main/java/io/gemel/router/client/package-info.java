/**
 * The client of a request: reads and checks the request, makes a submission of it, answers it once, and records its
 * outcome.
 */
@NullMarked
package io.gemel.router.client;

import org.jspecify.annotations.NullMarked;
