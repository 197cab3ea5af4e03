package io.gemel.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServersTest {
    @Test
    void are_what_the_system_property_says_and_embedded_without_it() {
        assertThat(Servers.of("embedded")).isEqualTo(Servers.EMBEDDED);
        assertThat(Servers.of("containers")).isEqualTo(Servers.CONTAINERS);
        assertThat(Servers.chosen()).isEqualTo(Servers.of(System.getProperty("gemel.test.servers", "embedded")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "docker", "Containers"})
    void are_not_guessed(String word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Servers.of(word))
                .withMessage("gemel.test.servers is embedded or containers, not '" + word + "'");
    }
}
