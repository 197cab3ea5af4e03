package io.gemel.vm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing that an application does to its answer reaches the client before it is known what became of the submission. */
final class CapturedResponseTest {
    /** They change nothing that a client sees. */
    private static final Set<String> HARMLESS = Set.of("setResponse", "setBufferSize");

    @Test
    void whatever_changes_an_answer_is_captured() {
        List<String> passed = Stream.of(HttpServletResponseWrapper.class, ServletResponseWrapper.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && changes(method.getName()))
                .filter(method -> !isCaptured(method))
                .map(Method::toString)
                .toList();
        assertThat(passed).isEmpty();
    }

    private static boolean changes(String name) {
        return !HARMLESS.contains(name)
                && name.matches("(set|add|send|reset|flush).*|getOutputStream|getWriter|isCommitted");
    }

    private static boolean isCaptured(Method method) {
        return Arrays.stream(CapturedResponse.class.getDeclaredMethods())
                .anyMatch(own -> own.getName().equals(method.getName())
                        && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }
}
