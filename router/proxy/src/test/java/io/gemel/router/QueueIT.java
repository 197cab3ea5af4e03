package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.fleet.HealthMonitor;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More requests than the VMs may have at once: they wait in the order in which they came. */
final class QueueIT {
    private static final int WAITING = 20;

    private TestBench bench;

    /** One VM, and one request at once. */
    @BeforeEach
    void start() throws RouterException {
        RouterLimits limits = TestLimits.oneRequestEach(2);
        bench = new TestBench(config -> TestBench.with(
                TestBench.alone(config, config.vms().get(0)), TestBench.longWait(TestBench.LIMIT), limits));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void they_are_sent_in_that_order_whichever_event_loop_has_them() {
        bench.e1.manner = Manner.KEEP;
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i <= WAITING; i++) {
            String key = "k" + i;
            keys.add(key);
            answers.add(bench.post("/transfers", key, "1"));
            int accepted = i + 1;
            await().until(() -> bench.router.report().inFlight() == accepted);
            // The router's own time goes on in steps.
            awaitTick();
        }
        await().until(() -> bench.e1.received.size() == 1);
        assertThat(bench.router.report().waiting()).isEqualTo(WAITING);

        bench.e1.manner = Manner.ANSWER;
        bench.e1.release();
        answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(201));
        assertThat(bench.e1.received).containsExactlyElementsOf(keys);
        await().until(() -> bench.router.report().waiting() == 0);
    }

    private void awaitTick() {
        long before = System.nanoTime();
        await().until(() -> System.nanoTime() - before > 3 * HealthMonitor.TICK_MILLIS * 1_000_000);
    }

    @Test
    void who_leaves_the_queue_is_not_sent() throws Exception {
        bench.e1.manner = Manner.KEEP;
        CompletableFuture<HttpResponse<String>> first = bench.post("/transfers", "first", "1");
        await().until(() -> bench.e1.received.size() == 1);
        try (Socket gone = new Socket("127.0.0.1", bench.router.port())) {
            gone.getOutputStream()
                    .write("POST /transfers HTTP/1.1\r\nHost: a\r\nIdempotency-Key: gone\r\nContent-Length: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> bench.router.report().waiting() == 1);
        }
        await().until(() -> bench.router.report().waiting() == 0);
        bench.e1.manner = Manner.ANSWER;
        bench.e1.release();
        assertThat(first.join().statusCode()).isEqualTo(201);
        assertThat(bench.post("/transfers", "next", "1").join().statusCode()).isEqualTo(201);
        assertThat(bench.e1.received).containsExactly("first", "next");
    }
}
