/**
 * Makes a servlet application a VM without a change of its code: a request that carries a key is carried out as a submission, its body can be
 * read as often as it runs, and its answer is kept before it is sent. Begins at {@link io.gemel.vm.servlet.VmServlets}; frameworks begin at
 * the two filters, and say with {@link io.gemel.vm.servlet.VmHandling} what they do around each run.
 */
@NullMarked
package io.gemel.vm.servlet;

import org.jspecify.annotations.NullMarked;
