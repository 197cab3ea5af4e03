package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JsonTest {
    @Test
    void writes_one_flat_object() {
        Answer answer = new Json()
                .put("text", "a \"b\" \\ \n")
                .put("number", -1)
                .put("truth", true)
                .answer(200);
        assertThat(answer.text()).isEqualTo("{\"text\":\"a \\\"b\\\" \\\\ \\u000a\",\"number\":-1,\"truth\":true}\n");
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(new Json().answer(200).text()).isEqualTo("{}\n");
    }
}
