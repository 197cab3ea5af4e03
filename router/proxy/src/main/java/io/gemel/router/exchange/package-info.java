/**
 * One submission on its way: {@code Exchange} has it queued, sent to a VM, sent again and awaited until it is durable, as the package
 * {@code decision} says.
 */
@NullMarked
package io.gemel.router.exchange;

import org.jspecify.annotations.NullMarked;
