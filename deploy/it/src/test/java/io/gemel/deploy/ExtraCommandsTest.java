package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExtraCommandsTest {
    @Test
    void stand_beside_the_others_where_the_class_path_holds_them() {
        assertThat(Gemel.commandLine().getSubcommands()).containsKeys("demo", "bench", "site", "router", "help");
        for (String name : List.of("demo", "bench")) {
            CommandRun command = new CommandRun();
            assertThat(command.run(name, "--help")).as(name).isZero();
            assertThat(command.out()).contains("Usage: gemel " + name);
        }
    }
}
