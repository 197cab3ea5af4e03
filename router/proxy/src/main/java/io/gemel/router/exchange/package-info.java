/**
 * Processing of one submission: {@code Exchange} queues it, sends it to a VM, resubmits it and awaits its durability,
 * as decided by the package {@code decision}.
 */
@NullMarked
package io.gemel.router.exchange;

import org.jspecify.annotations.NullMarked;
