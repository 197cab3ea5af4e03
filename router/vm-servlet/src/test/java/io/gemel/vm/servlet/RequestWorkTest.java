package io.gemel.vm.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class RequestWorkTest {
    @Test
    void an_error_goes_on_as_it_was_unless_servlets_cannot_throw_it() {
        List<Throwable> theirs = List.of(
                new IOException(), new ServletException(), new IllegalStateException(), new StackOverflowError());
        for (Throwable error : theirs) {
            assertThat(catchThrowable(() -> RequestWork.throwAsItWas(error))).isSameAs(error);
        }
        Throwable other = new TimeoutException("no answer");
        assertThat(catchThrowable(() -> RequestWork.throwAsItWas(other)))
                .isInstanceOf(ServletException.class)
                .hasCause(other);
    }
}
