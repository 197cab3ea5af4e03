package io.gemel.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartBenchmarkIT {
    @TempDir
    Path folder;

    @Test
    void measures_the_start_of_a_process_and_a_take_over() throws Exception {
        StringWriter out = new StringWriter();

        StartBenchmark.run(new PrintWriter(out), folder, 1);

        assertThat(out.toString())
                .containsPattern("waiting row: \\d+\\.\\d\\d s")
                .containsPattern("until then: \\d+\\.\\d\\d s")
                .containsPattern("through the standby: \\d+\\.\\d\\d s");
    }
}
