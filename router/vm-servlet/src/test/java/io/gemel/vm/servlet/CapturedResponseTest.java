package io.gemel.vm.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.vm.Answer;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

    @Test
    void the_latest_encoding_counts_wherever_it_is_named() throws IOException {
        assertText(UTF_8, response -> {
            response.setContentType("text/plain;charset=ISO-8859-1");
            response.setCharacterEncoding("UTF-8");
        });
        assertText(ISO_8859_1, response -> {
            response.setCharacterEncoding("UTF-8");
            response.setContentType("text/plain; Charset=\"ISO-8859-1\"");
        });
        assertText(UTF_8, response -> {
            response.setCharacterEncoding("UTF-8");
            response.setHeader("content-type", "text/plain");
        });
        assertText(ISO_8859_1, response -> {
            response.setContentType("text/html;charset=UTF-8");
            response.setContentType(null);
            response.setContentType("text/plain");
        });
    }

    @Test
    void text_that_is_written_keeps_its_encoding() throws IOException {
        assertText(UTF_8, response -> {
            response.setContentType("text/html;charset=UTF-8");
            response.getWriter();
            response.setCharacterEncoding("ISO-8859-1");
            response.setContentType("text/plain;charset=ISO-8859-1");
        });
        assertText(ISO_8859_1, response -> {
            response.getWriter();
            response.setContentType("text/plain;charset=UTF-8");
        });
        assertText(UTF_8, response -> {
            response.getWriter();
            response.reset();
            response.setContentType("text/plain;charset=UTF-8");
        });
    }

    @Test
    void a_writer_that_is_held_writes_on_after_the_buffer_was_reset() {
        CapturedResponse response = response();
        PrintWriter writer = response.getWriter();
        writer.print("draft");
        response.resetBuffer();
        writer.print("fair");
        assertThat(response.answer().text()).isEqualTo("fair");
    }

    @Test
    void an_answer_that_has_ended_keeps_its_encoding() throws IOException {
        CapturedResponse response = response();
        response.setContentType("text/plain;charset=UTF-8");
        response.sendRedirect("/there", 303, true);
        response.setCharacterEncoding("ISO-8859-1");
        response.setContentType("text/html");
        response.setLocale(Locale.FRENCH);
        assertThat(response.getContentType()).isEqualTo("text/plain;charset=UTF-8");
        assertThat(response.getHeaders("Content-Type")).containsExactly("text/plain;charset=UTF-8");
        assertThat(response.getLocale()).isNotEqualTo(Locale.FRENCH);
    }

    /** What is named is what the bytes have. */
    private static void assertText(Charset charset, Settings settings) throws IOException {
        CapturedResponse response = response();
        settings.on(response);
        response.getWriter().print("\u00fc");
        Answer answer = response.answer();
        assertThat(answer.contentType()).isEqualTo("text/plain;charset=" + charset.name());
        assertThat(answer.body()).isEqualTo("\u00fc".getBytes(charset));
        assertThat(response.getCharacterEncoding()).isEqualTo(charset.name());
    }

    /** What an application does before it writes. */
    @FunctionalInterface
    private interface Settings {
        void on(CapturedResponse response) throws IOException;
    }

    private static CapturedResponse response() {
        HttpServletResponse client = (HttpServletResponse) Proxy.newProxyInstance(
                CapturedResponseTest.class.getClassLoader(),
                new Class<?>[] {HttpServletResponse.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getCharacterEncoding" -> ISO_8859_1.name();
                    case "getLocale" -> Locale.ENGLISH;
                    default -> throw new IllegalStateException(method.getName() + " reaches the client");
                });
        return new CapturedResponse(client, 100);
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
