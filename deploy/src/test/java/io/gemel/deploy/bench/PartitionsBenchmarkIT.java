package io.gemel.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionsBenchmarkIT {
    @TempDir
    Path folder;

    @Test
    void prints_both_rates_of_both_tables() throws Exception {
        StringWriter out = new StringWriter();

        PartitionsBenchmark.run(
                new PrintWriter(out, true), folder.resolve("bench"), new PartitionsBenchmark.Plan(20, 200, 50));

        String rates = ": [\\d,]+ a second, without partitions [\\d,]+; ratio \\d+\\.\\d\\d\\R";
        assertThat(out.toString())
                .containsPattern("20 partitions\\R +200 inserts in one transaction, the first of all partitions" + rates
                        + " +200 inserts in one transaction, later ones" + rates + " +50 updates of a single row"
                        + rates);
    }
}
