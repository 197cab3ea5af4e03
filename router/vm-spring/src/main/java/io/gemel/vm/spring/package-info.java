/**
 * Makes a Spring Boot application a VM without a change of its code: a request that carries a key is carried out as a submission, whatever
 * data access the application uses joins the submission's transaction, and what would not be in it is refused. Begins at
 * {@link io.gemel.vm.spring.VmAutoConfiguration}.
 */
@NullMarked
package io.gemel.vm.spring;

import org.jspecify.annotations.NullMarked;
