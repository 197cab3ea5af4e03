package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterReport;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave before they have sent all of a body that is passed on as it comes: half of it must not look like all. */
final class BrokenUploadsIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench();
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private void sendAndLeave(String key, String rest) throws Exception {
        try (Socket client = new Socket("127.0.0.1", bench.router.port())) {
            String text = "POST /stream/x HTTP/1.1\r\nHost: x\r\nIdempotency-Key: " + key + "\r\n" + rest;
            client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            await().until(() -> bench.router.report().vms().stream().anyMatch(vm -> vm.inFlight() == 1));
        }
        await().until(() -> bench.router.report().inFlight() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "Content-Length: 10\r\n\r\nhello"})
    void a_vm_never_takes_a_part_of_a_body_for_all_of_it(String rest) throws Exception {
        for (int i = 0; i < 10; i++) {
            sendAndLeave("broken" + i, rest);
        }

        for (int i = 0; i < 10; i++) {
            assertThat(bench.post("/transfers", "k" + i, "1").get().statusCode())
                    .isEqualTo(201);
            assertThat(bench.receipts("broken" + i)).isZero();
        }
        assertThat(bench.e1.heads).allMatch(head -> head.getString(":body").equals("1"));
    }

    @Test
    void a_client_that_leaves_speaks_against_no_vm() throws Exception {
        for (int i = 0; i < 60; i++) {
            sendAndLeave("broken" + i, "Content-Length: 10\r\n\r\nhello");
        }

        assertThat(bench.router.report().vms())
                .allMatch(vm -> vm.deaths() == 0)
                .extracting(RouterReport.Vm::state)
                .containsOnly(RouterReport.VmState.ALIVE);
        assertThat(bench.router.report().inDoubt()).isZero();
    }
}
