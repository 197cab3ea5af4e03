package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.gemel.router.TestVm.Manner;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** No request is without its line in the access log. */
final class AccessLogIT {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.gemel.router.access");
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };
    private Level before;
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        appender.start();
        logger.addAppender(appender);
        bench = new TestBench();
    }

    @AfterEach
    void stop() {
        bench.close();
        logger.detachAppender(appender);
        logger.setLevel(before);
    }

    private Socket send(String text) throws Exception {
        Socket client = new Socket("127.0.0.1", bench.router.port());
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
        return client;
    }

    @Test
    void a_client_that_leaves_while_its_question_is_asked_has_a_line() throws Exception {
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        Socket client = send("GET /a?secret HTTP/1.1\r\nHost: x\r\n\r\n");
        await().until(() -> bench.receipts("null") == 1);
        assertThat(lines).isEmpty();
        client.close();
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"GET /a\" 499 0 ").doesNotContain("secret");
    }

    @Test
    void a_client_that_leaves_while_its_submission_runs_has_a_line_with_what_became_of_it() throws Exception {
        bench.vms().forEach(vm -> vm.manner = Manner.KEEP);
        Socket client = send("POST /t HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k1\r\nContent-Length: 1\r\n\r\n1");
        await().until(() -> bench.receipts("k1") == 1);
        client.close();
        await().until(() -> bench.router.report().connections() == 0);
        bench.vms().forEach(TestVm::release);
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"POST /t\" 499 0 ", "key=k1", "outcome=executed");
        assertThat(bench.east.ledger.effectsOf("k1") + bench.west.ledger.effectsOf("k1"))
                .isEqualTo(1);
    }

    @Test
    void a_client_that_leaves_before_its_body_is_there_has_a_line() throws Exception {
        send("POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1").close();
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"POST /t\" 499 0 ", "attempts=0");
    }

    @Test
    void a_request_has_one_id_for_its_client_its_vm_and_the_log() throws Exception {
        for (String[] each : new String[][] {{"order-7", "order-7"}, {"", "[0-9a-f]{32}"}, {"a b", "[0-9a-f]{32}"}}) {
            lines.clear();
            bench.vms().forEach(vm -> vm.heads.clear());
            HttpRequest.Builder request = bench.request("/t").POST(BodyPublishers.noBody());
            if (!each[0].isEmpty()) {
                request.header("X-Request-Id", each[0]);
            }
            HttpResponse<String> answer = bench.client.send(request.build(), BodyHandlers.ofString());
            assertThat(answer.headers().allValues("X-Request-Id"))
                    .singleElement()
                    .asString()
                    .matches(each[1]);
            String id = TestBench.header(answer, "X-Request-Id");
            assertThat(bench.vms().stream().flatMap(vm -> vm.heads.stream()))
                    .extracting(head -> head.getString("x-request-id"))
                    .containsExactly(id);
            await().until(() -> lines.size() == 1);
            assertThat(lines.get(0)).endsWith(" id=" + id);
        }
    }

    @Test
    void an_answered_request_has_one_line() throws Exception {
        bench.post("/t", "k1", "1").get();
        await().until(() -> lines.size() == 1);
        assertThat(lines.get(0)).contains("\"POST /t\" 201 ", "key=k1", "outcome=executed", "attempts=1");
    }
}
