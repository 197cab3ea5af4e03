package io.gemel.vm.spring;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Prevents an application from starting as a VM with a Spring Boot version that lacks what {@link VmAutoConfiguration}
 * needs: with some versions it would start without being a VM. A separate class, because the conditions of that class
 * cannot be met or read there.
 */
@AutoConfiguration
@ConditionalOnProperty("gemel.vm.name")
@Conditional(VmRequirements.Supported.class)
public final class VmRequirements {
    /** Spring 6.2 and Spring Boot's web servers where they were before 4. */
    private static final Pattern SUPPORTED = Pattern.compile("3\\.([4-9]|\\d\\d+)\\..*");

    /** Always met. */
    static final class Supported implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            require(SpringBootVersion.getVersion());
            return true;
        }
    }

    /**
     * Looks at a version of Spring Boot.
     *
     * @throws IllegalStateException when it is not supported
     */
    static void require(@Nullable String version) {
        if (version != null && !SUPPORTED.matcher(version).matches()) {
            throw new IllegalStateException("gemel.vm.name is set, and this is Spring Boot " + version
                    + ": gemel-vm-spring needs Spring Boot 3.4 or a later 3");
        }
    }
}
