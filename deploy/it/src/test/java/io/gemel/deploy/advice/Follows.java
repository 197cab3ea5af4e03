package io.gemel.deploy.advice;

import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a test makes happen on real servers, and follows until all goes on: {@link AdviceRegistryTest} looks for the rest. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Follows {
    /** Texts that are met and done as they say. */
    Advice[] value() default {};

    /** Reasons that are met, and are gone in the end. */
    ReasonCode[] reasons() default {};
}
