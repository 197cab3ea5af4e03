package io.gemel.router;

import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VMs that live and answer what is no proper answer are not taken for dying ones. */
final class ImproperAnswersIT {
    private static final int LARGE = RouterLimits.defaults().vmHeadersMax();

    private RawVm raw;
    private TestBench bench;

    @BeforeEach
    void start() throws Exception {
        raw = new RawVm();
        bench = new TestBench(config -> TestBench.alone(
                TestBench.with(config, TestBench.longWait(Duration.ofSeconds(30)), RouterLimits.defaults()),
                raw.config()));
    }

    @AfterEach
    void stop() throws Exception {
        bench.close();
        raw.close();
    }

    private static String withHeader(int bytes) {
        return "HTTP/1.1 200 OK\r\nX-Large: " + "x".repeat(bytes) + "\r\nContent-Length: 2\r\n\r\nok";
    }

    @Test
    void an_answer_may_have_far_more_headers_than_a_request() throws Exception {
        raw.answer = withHeader(LARGE / 2);
        HttpResponse<String> answer = bench.get("/login");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Large")).hasSize(LARGE / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"headers", "garbage", "length", "chunk"})
    void what_is_no_proper_answer_is_told_as_such_and_asked_of_nobody_else(String what) throws Exception {
        raw.answer = switch (what) {
            case "headers" -> withHeader(LARGE * 2);
            case "garbage" -> "<html>hello</html>\r\n\r\n";
            case "length" -> "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok";
            default -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n";
        };
        HttpResponse<String> read = bench.get("/login");
        HttpResponse<String> written = bench.post("/login", "k1", "").get();

        assertThat(read.statusCode()).isEqualTo(502);
        assertThat(read.body()).contains("not valid HTTP");
        assertThat(written.statusCode()).isEqualTo(502);
        assertThat(header(written, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(written.body()).contains("GET /gemel/outcome/k1");
        assertThat(raw.received).hasValue(2);
        assertThat(bench.router.report().vms()).noneMatch(vm -> vm.state() == RouterReport.VmState.DEAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-"})
    void a_question_whose_answer_ends_before_its_body_is_asked_at_another_vm(String half) throws Exception {
        bench.close();
        bench = new TestBench(config -> TestBench.withEast(config, raw.config()));
        raw.answer = half;
        HttpResponse<String> read = bench.get("/login");

        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(header(read, "Gemel-Site")).isEqualTo("west");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nok"})
    void a_submission_whose_answer_ends_too_early_is_tried_again_and_not_for_ever(String half) throws Exception {
        raw.answer = half;
        HttpResponse<String> written = bench.post("/login", "k1", "").get();

        assertThat(written.statusCode()).isEqualTo(503);
        assertThat(header(written, "Gemel-Outcome")).isEqualTo("in-doubt");
        assertThat(raw.received).hasValue(RouterLimits.defaults().attemptsMax());
    }
}
