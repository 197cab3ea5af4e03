package io.gemel.deploy.router;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands the tests of all classes one {@link RouterFixture}, which takes a while to start and is as good as new after each test: whatever a
 * test breaks it mends, and its clients' log stays part of what is judged. Closed when all tests are over.
 */
final class SharedRouters implements ParameterResolver {
    /** A level of durability that is not reached is told soon, so that a test need not wait for long. */
    private static final String ROUTER_LINE = "durability.timeout=5s";

    /** Closed by JUnit with its store. */
    private record Shared(RouterFixture fixture) implements AutoCloseable {
        static Shared start() {
            try {
                Path build = Files.createDirectories(Path.of("target").toAbsolutePath());
                return new Shared(RouterFixture.start(Files.createTempDirectory(build, "routers-"), ROUTER_LINE));
            } catch (Exception e) {
                throw new IllegalStateException("the routers do not start", e);
            }
        }

        @Override
        public void close() {
            fixture.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RouterFixture.class;
    }

    @Override
    public RouterFixture resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedRouters.class))
                .getOrComputeIfAbsent("routers", key -> Shared.start(), Shared.class)
                .fixture();
    }
}
