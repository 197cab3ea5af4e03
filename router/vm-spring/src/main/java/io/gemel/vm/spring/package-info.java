/**
 * Makes a Spring Boot application a VM without a change to its code: a request that carries a key is executed as a
 * submission, all data access of the application joins the submission's transaction, and work that would not be part of
 * it is rejected. Entry point: {@link io.gemel.vm.spring.VmAutoConfiguration}.
 */
@NullMarked
package io.gemel.vm.spring;

import org.jspecify.annotations.NullMarked;
