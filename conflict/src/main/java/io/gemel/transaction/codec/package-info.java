/** The binary form of a log's records: what is read from bytes is checked, and what is not understood is refused. Pure. */
@NullMarked
package io.gemel.transaction.codec;

import org.jspecify.annotations.NullMarked;
