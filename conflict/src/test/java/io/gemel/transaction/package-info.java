/** Tests of the shared words and of the codec, with the seeded generators that other tests of this module use too. */
@NullMarked
package io.gemel.transaction;

import org.jspecify.annotations.NullMarked;
