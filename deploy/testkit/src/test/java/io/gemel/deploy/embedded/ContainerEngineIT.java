package io.gemel.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfSystemProperty(named = "gemel.test.servers", matches = "containers")
class ContainerEngineIT {
    @TempDir
    Path directory;

    @Test
    void says_which_image_is_missing_and_what_makes_it() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ContainerEngine.image("gemel/test-nothing:1", "postgres"))
                .withMessage("no image gemel/test-nothing:1: make it with deploy/containers/images");
    }

    @Test
    void loses_the_containers_of_killed_jvms_and_no_others() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        DockerClient client = ContainerEngine.client();
        String leftOver = client.createContainerCmd("gemel/test-postgres:18")
                .withLabels(Map.of(ContainerEngine.LABEL, Long.toString(ended.pid())))
                .exec()
                .getId();

        try (PostgresServer server = PostgresServer.builder(directory).build().start()) {
            ContainerEngine.sweep(client);

            assertThat(client.listContainersCmd().withShowAll(true).exec())
                    .extracting(Container::getId)
                    .doesNotContain(leftOver);
            assertThat(server.isRunning()).isTrue();
        }
        assertThat(client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(
                                ContainerEngine.LABEL,
                                Long.toString(ProcessHandle.current().pid())))
                        .exec())
                .isEqualTo(List.of());
    }
}
