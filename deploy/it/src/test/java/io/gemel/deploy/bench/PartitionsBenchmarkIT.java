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
    void prints_the_rates_of_both_tables_beside_those_of_postgresqls_own_replication() throws Exception {
        StringWriter out = new StringWriter();

        PartitionsBenchmark.run(
                new PrintWriter(out, true), folder.resolve("bench"), new PartitionsBenchmark.Plan(20, 200, 10, 50));

        String rates =
                ": [\\d,]+ a second, without partitions [\\d,]+; ratio \\d+\\.\\d\\d, from the first commit on \\d+\\.\\d\\d,"
                        + " of the statements alone \\d+\\.\\d\\d\\R";
        String jobs =
                ", 20 partitions\\R +200 inserts in one transaction, the first of all partitions, and 10 updates of a single row"
                        + rates + " +200 inserts in one transaction, later ones, and 10 updates of a single row" + rates
                        + " +50 updates of a single row" + rates;
        assertThat(out.toString()).containsPattern("Gemel" + jobs).containsPattern("PostgreSQL's own" + jobs);
    }
}
