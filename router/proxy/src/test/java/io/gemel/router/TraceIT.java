package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.gemel.router.TestVm.Manner;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterTraces;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A request's trace goes on to VMs, with a span for each attempt. */
final class TraceIT {
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private final Logger spanLog = (Logger) LoggerFactory.getLogger("io.gemel.router.spans");
    private final Logger accessLog = (Logger) LoggerFactory.getLogger("io.gemel.router.access");
    private final List<String> spans = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> spanLines = into(spans);
    private final AppenderBase<ILoggingEvent> accessLines = into(lines);
    private TestBench bench;

    private static AppenderBase<ILoggingEvent> into(List<String> list) {
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                list.add(event.getFormattedMessage());
            }
        };
        appender.start();
        return appender;
    }

    @BeforeEach
    void start() throws Exception {
        spanLog.setLevel(Level.INFO);
        spanLog.addAppender(spanLines);
        accessLog.setLevel(Level.INFO);
        accessLog.addAppender(accessLines);
        bench = new TestBench(config -> TestConfig.changed(config, to -> {
            to.accessLog = new RouterAccessLog(RouterAccessLog.Format.TEXT, List.of("trace"));
            to.frontend = frontend(true, 100);
        }));
    }

    @AfterEach
    void stop() {
        bench.close();
        spanLog.detachAppender(spanLines);
        accessLog.detachAppender(accessLines);
    }

    private static RouterFrontend frontend(boolean on, int sampledPercent) {
        return TestFrontend.with(frontend -> frontend.traces = new RouterTraces(on, sampledPercent));
    }

    private HttpResponse<String> post(String key, String... headers) throws Exception {
        HttpRequest.Builder request =
                bench.request("/t").header("Idempotency-Key", key).POST(BodyPublishers.ofString("1"));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return bench.client.send(request.build(), BodyHandlers.ofString());
    }

    private List<JsonObject> heads(String key) {
        return bench.vms().stream()
                .flatMap(vm -> vm.heads.stream())
                .filter(head -> key.equals(head.getString("idempotency-key")))
                .toList();
    }

    private static List<JsonObject> spansOf(String line) {
        JsonArray all = new JsonObject(line)
                .getJsonArray("resourceSpans")
                .getJsonObject(0)
                .getJsonArray("scopeSpans")
                .getJsonObject(0)
                .getJsonArray("spans");
        return all.stream().map(JsonObject.class::cast).toList();
    }

    @Test
    void a_clients_trace_goes_on_and_each_attempt_is_a_span_of_its_own() throws Exception {
        Stream.of(bench.e1, bench.e2).forEach(vm -> vm.next(Manner.BREAK_BEFORE));
        bench.vms().forEach(vm -> vm.submissions = List.of("/"));
        assertThat(post("again", "traceparent", "00-" + ID + "-" + PARENT + "-01", "tracestate", "a=1,b=2")
                        .statusCode())
                .isEqualTo(201);

        await().until(() -> spans.size() == 1);
        List<JsonObject> all = spansOf(spans.get(0));
        JsonObject own = all.get(0);
        List<JsonObject> attempts = all.subList(1, all.size());
        assertThat(attempts).hasSizeGreaterThan(1);
        assertThat(all).extracting(span -> span.getString("traceId")).containsOnly(ID);
        assertThat(own.getString("parentSpanId")).isEqualTo(PARENT);
        assertThat(attempts).extracting(span -> span.getString("parentSpanId")).containsOnly(own.getString("spanId"));
        assertThat(heads("again"))
                .extracting(head -> head.getString("traceparent"))
                .containsExactlyInAnyOrderElementsOf(attempts.stream()
                        .map(span -> "00-" + ID + "-" + span.getString("spanId") + "-01")
                        .toList())
                .doesNotHaveDuplicates();
        assertThat(heads("again"))
                .extracting(head -> head.getString("tracestate"))
                .containsOnly("a=1,b=2");
        assertThat(attempts.get(0).getJsonObject("status").getInteger("code")).isEqualTo(2);
        assertThat(attempts.get(attempts.size() - 1).encode())
                .contains("executed")
                .doesNotContain("\"status\"");
        for (JsonObject span : all) {
            assertThat(Long.parseLong(span.getString("endTimeUnixNano")))
                    .isGreaterThanOrEqualTo(Long.parseLong(span.getString("startTimeUnixNano")));
        }
        assertThat(lines).containsExactly("trace=" + ID);
    }

    @Test
    void without_a_proper_trace_of_the_clients_one_begins_here() throws Exception {
        String[] improper = {
            "00-" + ID + "-" + PARENT,
            "ff-" + ID + "-" + PARENT + "-01",
            "00-" + ID + "-" + PARENT + "-01-more",
            "00-" + "0".repeat(32) + "-" + PARENT + "-01",
            "00-" + ID + "-" + "0".repeat(16) + "-01",
            "00-" + ID.toUpperCase() + "-" + PARENT + "-01"
        };
        for (int i = 0; i < improper.length; i++) {
            post("k" + i, "traceparent", improper[i], "tracestate", "a=1");
            JsonObject head = heads("k" + i).get(0);
            assertThat(head.getString("traceparent"))
                    .as(improper[i])
                    .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-03")
                    .doesNotContain(ID);
            assertThat(head.containsKey("tracestate")).isFalse();
        }
        post(
                "twice",
                "traceparent",
                "00-" + ID + "-" + PARENT + "-01",
                "traceparent",
                "00-" + ID + "-" + PARENT + "-01");
        post("none");
        assertThat(heads("twice").get(0).getString("traceparent")).doesNotContain(ID);
        String begun = heads("none").get(0).getString("traceparent");
        assertThat(begun).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-03");
        await().until(() -> lines.contains("trace=" + begun.split("-")[1]));
    }

    @Test
    void what_is_not_sampled_stays_so_and_is_not_written() throws Exception {
        post("k1", "traceparent", "00-" + ID + "-" + PARENT + "-00");
        post("k2", "traceparent", "cc-" + ID + "-" + PARENT + "-fc-what");
        bench.reload(config -> config.frontend = frontend(true, 0));
        post("k3");

        assertThat(heads("k1").get(0).getString("traceparent"))
                .startsWith("00-" + ID)
                .endsWith("-00");
        assertThat(heads("k2").get(0).getString("traceparent"))
                .startsWith("00-" + ID)
                .endsWith("-00");
        assertThat(heads("k3").get(0).getString("traceparent")).endsWith("-02");
        await().until(() -> lines.size() == 3);
        assertThat(spans).isEmpty();
    }

    @Test
    void a_router_that_takes_no_part_passes_a_trace_as_it_comes() throws Exception {
        assertThat(bench.reload(config -> config.frontend = frontend(false, 100)))
                .isEqualTo("1 applied: trace");
        String given = "00-" + ID + "-" + PARENT + "-01";
        post("k1", "traceparent", given, "tracestate", "a=1");
        post("k2");

        assertThat(heads("k1").get(0).getString("traceparent")).isEqualTo(given);
        assertThat(heads("k1").get(0).getString("tracestate")).isEqualTo("a=1");
        assertThat(heads("k2").get(0).containsKey("traceparent")).isFalse();
        await().until(() -> lines.size() == 2);
        assertThat(lines).containsExactly("trace=" + ID, "trace=-");
        assertThat(spans).isEmpty();
    }
}
