package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AnswerTest {
    @Test
    void text_says_how_it_is_encoded() {
        assertThat(Answer.of(200, "text/plain", "ü").contentType()).isEqualTo("text/plain; charset=utf-8");
        assertThat(Answer.of(200, "text/plain; charset=utf-8", "ü").contentType())
                .isEqualTo("text/plain; charset=utf-8");
        assertThat(Answer.of(200, "application/json", "{}").contentType()).isEqualTo("application/json");
        assertThat(Answer.of(200, "text/plain", "ü").body()).hasSize(2);
    }

    @Test
    void what_it_was_made_of_may_change_afterwards() {
        byte[] bytes = {1, 2};
        Answer answer = Answer.of(200, "application/octet-stream", bytes);
        bytes[0] = 9;
        answer.body()[1] = 9;
        assertThat(answer.body()).containsExactly(1, 2);
        assertThat(answer).isEqualTo(Answer.of(200, "application/octet-stream", new byte[] {1, 2}));
    }

    @Test
    void a_status_is_one_of_http_and_a_content_type_fits_into_a_header() {
        assertThatThrownBy(() -> Answer.of(199)).hasMessageContaining("199");
        assertThatThrownBy(() -> Answer.of(600)).hasMessageContaining("600");
        assertThatThrownBy(() -> Answer.of(200, "text/html\r\nSet-Cookie: a=b", new byte[0]))
                .hasMessageContaining("printable");
    }
}
