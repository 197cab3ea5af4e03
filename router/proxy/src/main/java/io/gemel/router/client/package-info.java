/**
 * The client of a request: reads and refuses what it sends, makes a submission of it, answers it once, and writes down what became of it.
 */
@NullMarked
package io.gemel.router.client;

import org.jspecify.annotations.NullMarked;
