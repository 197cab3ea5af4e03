package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
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

    @Test
    void a_header_is_kept_if_it_says_what_came_of_the_submission() {
        Answer answer = Answer.of(303).withHeader("location", "/orders/7").withHeader("Location", "/orders/8");
        assertThat(answer.headers()).containsExactly(Map.entry("Location", "/orders/8"));
        assertThat(answer).isNotEqualTo(Answer.of(303));

        assertThatThrownBy(() -> answer.withHeader("Set-Cookie", "session=1")).hasMessageContaining("Set-Cookie");
        assertThatThrownBy(() -> answer.withHeader("Link", "a\r\nSet-Cookie: b"))
                .hasMessageContaining("printable");
        assertThatThrownBy(() -> answer.withHeader("ETag", "e".repeat(Answer.HEADER_MAX + 1)))
                .hasMessageContaining("2048");
    }

    @Test
    void headers_come_back_as_they_were_stored_whatever_another_vm_wrote_beside_them() {
        Answer answer = Answer.of(201).withHeader("Location", "/a: b").withHeader("Retry-After", "7");
        assertThat(KeptHeaders.ofText(KeptHeaders.toText(answer.headers()))).isEqualTo(answer.headers());
        assertThat(KeptHeaders.toText(Map.of())).isNull();
        assertThat(KeptHeaders.ofText(null)).isEmpty();
        assertThat(KeptHeaders.ofText("Set-Cookie: a=b\nno header\n: \netag: \"1\"\nLink: ü"))
                .containsExactly(Map.entry("ETag", "\"1\""));
    }
}
