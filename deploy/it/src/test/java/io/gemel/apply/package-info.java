/** Tests of the applying side that need a real database and a real broker. */
@NullMarked
package io.gemel.apply;

import org.jspecify.annotations.NullMarked;
