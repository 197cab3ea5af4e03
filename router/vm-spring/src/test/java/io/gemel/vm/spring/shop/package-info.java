/** A Spring Boot application that knows nothing of submissions, made a VM by its configuration alone, and what becomes of its requests. */
@NullUnmarked
package io.gemel.vm.spring.shop;

import org.jspecify.annotations.NullUnmarked;
