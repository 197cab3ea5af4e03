/**
 * The binary form of a log's records: bytes are validated when they are read, and unknown content is rejected. Pure.
 */
@NullMarked
package io.gemel.transaction.codec;

import org.jspecify.annotations.NullMarked;
