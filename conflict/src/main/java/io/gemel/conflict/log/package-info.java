/** A site's log, for both sides: stamping, following and searching it, and the progress of reading. Pure. */
@NullMarked
package io.gemel.conflict.log;

import org.jspecify.annotations.NullMarked;
