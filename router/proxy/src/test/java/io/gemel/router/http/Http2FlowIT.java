package io.gemel.router.http;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.http.Http2Wire.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestBench;
import io.gemel.router.TestConfig;
import io.gemel.router.TestLimits;
import io.gemel.router.TestVm.Manner;
import io.gemel.router.UpgradeVm;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterProtocols;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who sends on a connection of HTTP/2 what nobody reads. */
final class Http2FlowIT {
    /** More than all buffers between a client and a VM hold. */
    private static final int MUCH = 64 << 20;

    private static final int STREAMS = 8;

    private TestBench bench;

    @AfterEach
    void stop() {
        bench.close();
    }

    private Http2Wire connect() throws Exception {
        Http2Wire wire = new Http2Wire(bench.router.port());
        wire.await(frame -> frame.type() == Http2Wire.WINDOW_UPDATE && frame.stream() == 0);
        return wire;
    }

    /** Until it has stayed the same for a while. */
    private static void awaitStill(Callable<Long> of) {
        await().until(() -> {
            long before = of.call();
            await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            return of.call() == before && before > 0;
        });
    }

    private void startWith(UpgradeVm vm) throws RouterException {
        bench = new TestBench(config -> TestBench.alone(config, vm.config()));
    }

    @Test
    void a_client_that_does_not_read_stops_the_vm() throws Exception {
        try (UpgradeVm vm = new UpgradeVm()) {
            startWith(vm);
            vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: " + MUCH + "\r\nX: 101 \r\n\r\n";
            try (Http2Wire wire = connect()) {
                int large = wire.begin(true, request("GET", "/stream/large"));
                try (Socket connection = vm.connection()) {
                    AtomicLong written = new AtomicLong();
                    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(connection, written));
                    awaitStill(written::get);
                    assertThat(written.get()).isLessThan(MUCH / 2);
                    assertThat(writing).isNotDone();

                    vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                    assertThat(wire.ask(request("HEAD", "/beside")).status()).isEqualTo("200");
                    wire.open(0, MUCH);
                    wire.open(large, MUCH);
                    assertThat(wire.answer(large).body()).hasSize(MUCH);
                    writing.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
                }
            }
        }
    }

    private static void write(Socket to, AtomicLong written) {
        try {
            OutputStream out = to.getOutputStream();
            byte[] part = new byte[1 << 16];
            while (written.get() < MUCH) {
                out.write(part);
                written.addAndGet(part.length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_vm_that_does_not_read_stops_the_client_of_that_request_alone() throws Exception {
        try (UpgradeVm vm = new UpgradeVm()) {
            startWith(vm);
            vm.answer = "HTTP/1.1 100 Continue\r\nX: 101 \r\n\r\n"; // and it reads no more
            try (Http2Wire wire = connect()) {
                int stream = wire.begin(false, request("POST", "/stream/upload"));
                awaitStill(() -> {
                    if (wire.sent(stream) < MUCH) {
                        wire.fill(stream);
                    }
                    return wire.sent(stream);
                });
                assertThat(wire.sent(stream))
                        .as("bytes in all buffers up to the VM")
                        .isLessThan(MUCH / 2);
                vm.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
                wire.reset(stream);
                vm.connection().close();
            }
            await().until(() -> bench.router.report().inFlight() == 0);
        }
    }

    @Test
    void bodies_that_nobody_reads_leave_room_for_one_that_is_read() throws Exception {
        bench = new TestBench(config -> TestConfig.changed(
                TestConfig.speaking(
                        TestBench.alone(config, config.vms().get(0)), new RouterProtocols(true, STREAMS, 0)),
                changed -> {
                    changed.limits = TestLimits.changed(TestLimits.oneRequestEach(1), limits -> limits.bodyMax = 100);
                    changed.times = TestBench.longWait(TestBench.LIMIT);
                }));
        bench.e1.manner = Manner.KEEP;
        try (Http2Wire wire = connect()) {
            int held = wire.begin(true, request("GET", "/held"));
            await().until(() -> bench.e1.received.size() == 1);
            List<Integer> unread = new ArrayList<>();
            while (unread.size() < STREAMS - 2) {
                int stream = wire.begin(false, request("POST", "/stream/waits"));
                wire.fill(stream);
                unread.add(stream);
            }
            assertThat(unread).allMatch(stream -> wire.sent(stream) == Http2Codec.STREAM_WINDOW);
            int read = wire.begin(false, request("POST", "/read"));
            wire.data(read, "x".repeat(101), true);
            assertThat(wire.answer(read).status()).isEqualTo("413");

            for (int stream : unread) {
                wire.reset(stream);
            }
            bench.e1.release();
            assertThat(wire.answer(held).status()).isEqualTo("200");
        }
    }
}
