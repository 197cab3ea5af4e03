package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterPart.Kind;
import io.gemel.router.api.RouterReport;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that come in parts reach the client as they come, once nothing could be repeated any more. */
final class StreamingIT {
    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private RawVm raw;
    private TestBench bench;

    @BeforeEach
    void start() throws Exception {
        raw = new RawVm();
        bench = new TestBench(config -> TestBench.alone(
                TestBench.with(config, TestBench.shortTimes(Duration.ofSeconds(4)), RouterLimits.defaults()),
                raw.config()));
    }

    @AfterEach
    void stop() throws Exception {
        raw.go();
        bench.close();
        raw.close();
    }

    private Socket send(String head) throws IOException {
        Socket client = new Socket("127.0.0.1", bench.router.port());
        client.setSoTimeout(30_000);
        client.getOutputStream().write((head + "Host: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private static String readTo(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            assertThat(next).as("what came: " + text).isNotNegative();
            text.append((char) next);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /events HTTP/1.1\r\n",
                "POST /stream HTTP/1.1\r\nContent-Length: 0\r\n",
                "GET /stream/more HTTP/1.1\r\n"
            })
    void an_event_reaches_the_client_while_the_vm_has_not_ended_its_answer(String head) throws Exception {
        raw.answer = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.rest = "9\r\ndata: 2\n\n\r\n0\r\n\r\n";
        try (Socket client = send(head)) {
            InputStream in = client.getInputStream();
            assertThat(readTo(in, "data: 1\n\n")).startsWith("HTTP/1.1 200").doesNotContain("data: 2");
            raw.go();
            readTo(in, "data: 2\n\n");
            readTo(in, "0\r\n\r\n");
        }
    }

    @Test
    void a_head_reaches_the_client_before_any_of_its_body() throws Exception {
        raw.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        raw.rest = "hello";
        try (Socket client = send("GET /poll HTTP/1.1\r\n")) {
            InputStream in = client.getInputStream();
            assertThat(readTo(in, "\r\n\r\n")).containsIgnoringCase("content-length: 5");
            raw.go();
            readTo(in, "hello");
        }
    }

    @Test
    void an_answer_may_take_longer_than_a_request_may_wait_for_it() throws Exception {
        raw.answer = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.rest = "9\r\ndata: 2\n\n\r\n0\r\n\r\n";
        try (Socket client = send("GET /events HTTP/1.1\r\n")) {
            readTo(client.getInputStream(), "data: 1\n\n");
            // A submission that nobody answers ends with its deadline; the stream has been there for longer.
            assertThat(bench.post("/x", "k1", "").get().statusCode()).isEqualTo(503);
            raw.go();
            readTo(client.getInputStream(), "data: 2\n\n");
        }
    }

    @Test
    void the_vm_is_left_when_the_client_leaves() throws Exception {
        raw.answer = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.rest = "";
        try (Socket client = send("GET /events HTTP/1.1\r\n")) {
            readTo(client.getInputStream(), "data: 1\n\n");
        }
        await().until(() -> raw.left.get() == 1);
    }

    @Test
    void the_vm_is_left_when_the_client_left_before_the_answer_began() throws Exception {
        raw.answer = "";
        raw.rest = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.stays = true;
        send("POST /stream HTTP/1.1\r\nContent-Length: 0\r\n").close();
        await().until(() -> raw.received.get() == 1 && bench.router.report().connections() == 0);
        raw.go();

        await().until(() -> raw.left.get() == 1);
    }

    @Test
    void an_answer_that_breaks_on_the_way_does_not_look_whole() throws Exception {
        raw.answer = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.rest = "9\r\nda";
        raw.go();
        try (Socket client = send("GET /events HTTP/1.1\r\n")) {
            String all = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(all).contains("data: 1").doesNotEndWith("0\r\n\r\n");
        }
    }

    private Future<String> drain(Duration drainTimeout) throws Exception {
        bench.reload(
                config -> config.times = TestTimes.changed(config.times, times -> times.drainTimeout = drainTimeout));
        Future<String> drain =
                bench.router.drain(new RouterPart(Kind.VM, "raw"), true).toCompletableFuture();
        await().until(() -> bench.router.report().vms().get(0).state() == RouterReport.VmState.DRAINING);
        return drain;
    }

    @Test
    void a_drain_waits_for_an_answer_that_has_begun() throws Exception {
        raw.answer = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.rest = "9\r\ndata: 2\n\n\r\n0\r\n\r\n";
        try (Socket client = send("GET /events HTTP/1.1\r\n")) {
            readTo(client.getInputStream(), "data: 1\n\n");
            Future<String> drain = drain(TestBench.LIMIT.multipliedBy(10));
            assertThat(bench.router.report().vms().get(0).inFlight()).isEqualTo(1);
            Thread.sleep(500); // longer than a drain of what has nothing in hand
            assertThat(drain).isNotDone();
            raw.go();
            readTo(client.getInputStream(), "0\r\n\r\n");

            assertThat(drain.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS)).contains("raw is drained");
        }
        assertThat(bench.router.report().vms().get(0).inFlight()).isZero();
    }

    @Test
    void a_drain_ends_an_answer_that_goes_on_for_too_long() throws Exception {
        raw.answer = EVENTS + "9\r\ndata: 1\n\n\r\n";
        raw.rest = "";
        raw.stays = true;
        try (Socket client = send("GET /events HTTP/1.1\r\n")) {
            readTo(client.getInputStream(), "data: 1\n\n");
            Future<String> drain = drain(Duration.ofSeconds(4));
            String rest = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(rest).doesNotEndWith("0\r\n\r\n");
            assertThat(drain.get(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS)).contains("raw is drained");
        }
        await().until(() -> raw.left.get() == 1);
    }

    @Test
    void an_answer_ends_with_the_verdict_on_a_vm_that_stands_still() throws Exception {
        bench.reload(config -> config.vms.replaceAll(vm -> bench.e1.config()));
        await().until(() -> bench.router.report().ready());
        int length = 40 << 20;
        try (Socket client = send("GET /large/" + length + " HTTP/1.1\r\n")) {
            readTo(client.getInputStream(), "\r\n\r\n");
            bench.e1.manner = TestVm.Manner.FREEZE;
            await().until(() -> bench.router.report().vms().get(0).state() == RouterReport.VmState.DEAD);

            assertThat(client.getInputStream().readAllBytes()).hasSizeLessThan(length);
        }
        assertThat(bench.router.report().vms().get(0).inFlight()).isZero();
    }

    @Test
    void a_route_may_wait_longer_than_others() throws Exception {
        raw.answer = "";
        raw.rest = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        CompletableFuture<HttpResponse<String>> slow =
                bench.client.sendAsync(bench.request("/slow/report").build(), BodyHandlers.ofString());
        HttpResponse<String> usual = bench.client.send(bench.request("/report").build(), BodyHandlers.ofString());

        assertThat(usual.statusCode()).isEqualTo(502);
        assertThat(slow).isNotDone();
        raw.go();
        raw.go();
        assertThat(slow.get().statusCode()).isEqualTo(200);
    }
}
