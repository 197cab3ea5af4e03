/**
 * Makes a servlet application a VM without a change to its code: a request that carries a key is executed as a
 * submission, its body can be read in every run, and its answer is stored before it is sent. Entry point: {@link
 * io.gemel.vm.servlet.VmServlets}; frameworks use the two filters, and define with {@link
 * io.gemel.vm.servlet.VmHandling} what they do around each run.
 */
@NullMarked
package io.gemel.vm.servlet;

import org.jspecify.annotations.NullMarked;
