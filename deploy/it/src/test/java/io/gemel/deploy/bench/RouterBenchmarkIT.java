package io.gemel.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.HaProxyServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterBenchmarkIT {
    private static final HopPlan TINY = new HopPlan(
            Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(1), 1, 4, 0.3);

    @TempDir
    Path folder;

    @Test
    void prints_every_way_for_both_kinds_of_request_and_leaves_no_process() throws Exception {
        Set<Long> before = children();
        StringWriter out = new StringWriter();

        RouterBenchmark.run(new PrintWriter(out, true), folder.resolve("bench"), TINY);

        String latency = " +[\\d.]+ +[\\d.]+";
        String busyAndFailed = " +\\d+ % +0";
        String straight = "straight +[\\d,]+" + latency + busyAndFailed;
        String more = " +[\\d,]+ +[1-9][\\d,]*" + latency + " +-?[\\d.]+ +-?[\\d.]+" + busyAndFailed;
        assertThat(out.toString())
                .containsPattern("(?s)GET .*" + straight + ".*Gemel" + more + ".*POST .*" + straight + ".*Gemel" + more)
                .containsPattern(
                        "Gemel, read at 30 %: adds p50 -?[\\d.]+ ms, p99 -?[\\d.]+ ms; throughput [\\d.]+ times straight")
                .containsPattern("Gemel h2, transfer at 30 %: adds p50 ");
        if (HaProxyServer.program().isPresent()) {
            assertThat(out.toString())
                    .containsPattern("HAProxy" + more)
                    .containsPattern("HAProxy h2" + more)
                    .doesNotContain("not installed");
        } else {
            assertThat(out.toString()).contains("HAProxy is not installed and is left out: apt-get install");
        }
        assertThat(children()).isSubsetOf(before);
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }
}
