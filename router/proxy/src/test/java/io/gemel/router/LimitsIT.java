package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterTimes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bounds on what a router does at once are reached: what is beyond one is refused as not done, and what is within it is not harmed. */
final class LimitsIT {
    private static final int BODY_MAX = 1024;

    /** What a held request waits at most; none does, for a test lets them go. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(40);

    private TestBench bench;

    @AfterEach
    void stop() {
        bench.close();
    }

    private void start(long bodiesMax, int requestsMax, int connectionsMax, int vmConnectionsMax, int attemptsMax)
            throws RouterException {
        start(
                TestBench.shortTimes(REQUEST_TIMEOUT),
                bodiesMax,
                requestsMax,
                connectionsMax,
                vmConnectionsMax,
                attemptsMax);
    }

    private void start(
            RouterTimes times,
            long bodiesMax,
            int requestsMax,
            int connectionsMax,
            int vmConnectionsMax,
            int attemptsMax)
            throws RouterException {
        RouterLimits limits = TestLimits.changed(RouterLimits.defaults(), changed -> {
            changed.bodyMax = BODY_MAX;
            changed.bodiesMax = bodiesMax;
            changed.requestsMax = requestsMax;
            changed.connectionsMax = connectionsMax;
            changed.vmConnectionsMax = vmConnectionsMax;
            changed.attemptsMax = attemptsMax;
            changed.threads = 1;
        });
        bench = new TestBench(config -> TestBench.with(config, times, limits));
    }

    /** Sends what no VM answers, and waits until it is accepted. */
    private List<CompletableFuture<HttpResponse<String>>> hold(int requests, String body) {
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            held.add(bench.post("/transfers", "held-" + i, body));
        }
        await().atMost(REQUEST_TIMEOUT)
                .until(() ->
                        bench.vms().stream().mapToInt(vm -> vm.received.size()).sum() == requests);
        return held;
    }

    /** One more is turned away; what was held comes to its end, and there is room again. */
    private void assertNoRoomUntilOver(List<CompletableFuture<HttpResponse<String>>> held) throws Exception {
        HttpResponse<String> beyond = bench.post("/transfers", "beyond", "1").get();
        assertThat(beyond.statusCode()).as(beyond.body()).isEqualTo(503);
        assertThat(header(beyond, "Retry-After")).isNotEmpty();
        assertThat(beyond.headers().firstValue("Gemel-Outcome")).isEmpty();
        assertThat(bench.receipts("beyond")).isZero();

        bench.vms().forEach(vm -> vm.manner = Manner.ANSWER);
        bench.vms().forEach(TestVm::release);
        for (CompletableFuture<HttpResponse<String>> each : held) {
            assertThat(header(each.get(), "Gemel-Outcome")).isEqualTo("executed");
        }
        assertThat(bench.post("/transfers", "after", "1").get().statusCode()).isEqualTo(201);
        // What an answer takes is given back once it is written, which may be after the client has it.
        await().atMost(REQUEST_TIMEOUT)
                .until(() -> bench.router.report().inFlight() == 0
                        && bench.router.report().bodyBytes() == 0);
    }

    @Test
    void more_requests_at_once_are_turned_away() throws Exception {
        start(BODY_MAX * 100, 3, 100, 100, 5);
        var held = hold(3, "1");

        assertNoRoomUntilOver(held);
    }

    @Test
    void more_bytes_of_bodies_at_once_are_turned_away() throws Exception {
        start(BODY_MAX * 2, 100, 100, 100, 5);
        var held = hold(2, "x".repeat(BODY_MAX));

        assertNoRoomUntilOver(held);
    }

    @Test
    void more_requests_than_the_vms_have_connections_are_turned_away() throws Exception {
        start(BODY_MAX * 100, 100, 100, 1, 5);
        var held = hold(bench.vms().size(), "1");

        assertThat(bench.vms()).allMatch(vm -> vm.received.size() == 1);
        assertNoRoomUntilOver(held);
    }

    /** What no VM has room for waits at the router, where nobody has begun it and no heartbeat waits behind it. */
    @Test
    void a_vm_gets_no_more_at_once_than_it_may_have_and_what_waits_is_done_later() throws Exception {
        RouterLimits limits = TestLimits.oneRequestEach(1);
        bench = new TestBench(config -> TestBench.with(config, TestBench.longWait(Duration.ofSeconds(30)), limits));
        var held = hold(bench.vms().size(), "1");
        var waiting = bench.post("/transfers", "waiting", "1");
        await().until(() -> bench.router.report().waiting() == 1);

        assertThat(bench.vms()).allMatch(vm -> vm.received.size() == 1);
        bench.vms().forEach(vm -> vm.manner = Manner.ANSWER);
        bench.e1.release();
        assertThat(waiting.get().statusCode()).isEqualTo(201);
        bench.vms().forEach(TestVm::release);
        for (var each : held) {
            assertThat(each.get().statusCode()).isEqualTo(201);
        }
    }

    /** Whenever there is room: a request of which nothing is said to be known was sent nowhere, any other one is told in doubt. */
    @Test
    void a_request_that_finds_room_late_and_no_answer_is_told_in_doubt() throws Exception {
        start(TestBench.times(Duration.ofSeconds(10), Duration.ofSeconds(10)), BODY_MAX * 100, 100, 100, 1, 5);
        hold(bench.vms().size(), "1");
        List<CompletableFuture<HttpResponse<String>>> late = new ArrayList<>();
        for (int i = 0; i < bench.vms().size() + 1; i++) {
            late.add(bench.post("/transfers", "late-" + i, "1"));
        }
        await().atMost(REQUEST_TIMEOUT)
                .until(() -> bench.router.report().inFlight() == bench.vms().size() * 2 + 1);
        bench.vms().forEach(TestVm::release);

        for (int i = 0; i < late.size(); i++) {
            HttpResponse<String> answer = late.get(i).get();
            boolean sent = bench.receipts("late-" + i) > 0;
            assertThat(answer.statusCode()).as(answer.body()).isIn(503, 504);
            assertThat(header(answer, "Gemel-Outcome")).as(answer.body()).isEqualTo(sent ? "in-doubt" : "");
            assertThat(answer.body()).contains(sent ? "it is not known yet" : "nothing was done");
        }
    }

    @Test
    void a_request_does_work_at_so_many_vms_and_no_more() throws Exception {
        start(BODY_MAX * 100, 100, 100, 100, 2);
        bench.vms().forEach(vm -> vm.manner = Manner.BREAK_BEFORE);
        HttpResponse<String> answer = bench.post("/transfers", "k1", "1").get();

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(header(answer, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(header(answer, "Gemel-Attempts")).isEqualTo("2");
        assertThat(bench.receipts("k1")).isEqualTo(2);
    }

    @Test
    void more_connections_are_closed_and_one_that_ends_makes_room() throws Exception {
        start(BODY_MAX * 100, 100, 2, 100, 5);
        try (Socket first = connect();
                Socket second = connect()) {
            assertThat(answers(first)).isTrue();
            assertThat(answers(second)).isTrue();
            try (Socket third = connect()) {
                assertThat(answers(third)).isFalse();
            }
            assertThat(answers(first)).isTrue();
        }
        await().until(() -> bench.router.report().connections() == 0);
        try (Socket fourth = connect()) {
            assertThat(answers(fourth)).isTrue();
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", bench.router.port());
        socket.setSoTimeout((int) TestBench.LIMIT.toMillis());
        return socket;
    }

    /** Whether a request is answered there; false when the connection is closed. */
    private static boolean answers(Socket socket) {
        try {
            socket.getOutputStream().write("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] head = new byte[4096];
            int read = 0;
            while (!new String(head, 0, read, StandardCharsets.US_ASCII).contains("\r\n\r\n")) {
                int more = socket.getInputStream().read(head, read, head.length - read);
                if (more < 0) {
                    return false;
                }
                read += more;
            }
            return true;
        } catch (SocketException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
