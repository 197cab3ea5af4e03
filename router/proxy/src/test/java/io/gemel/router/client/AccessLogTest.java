package io.gemel.router.client;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.client.AccessLog.Line;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AccessLogTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00.123Z");

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.gemel.router.access.json");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Level before;

    @BeforeEach
    void listen() {
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setLevel(before);
    }

    @Test
    void a_line_for_programs_is_one_object_whatever_the_client_wrote() {
        ResponseInfo info = new ResponseInfo("k\"1", "executed", 2, "west", "w1", null);
        log(RouterAccessLog.Format.JSON)
                .write(new Line("10.0.0.7", "r1", "POST", "/a\"b\\c", "/a", 201, 17, 1_250, info));

        assertThat(lines.list).hasSize(1);
        assertThat(new JsonObject(lines.list.get(0).getFormattedMessage()))
                .isEqualTo(new JsonObject()
                        .put("time", "2026-11-29T12:00:00.123Z")
                        .put("address", "10.0.0.7")
                        .put("method", "POST")
                        .put("path", "/a\"b\\c")
                        .put("route", "/a")
                        .put("status", 201)
                        .put("bytes", 17)
                        .put("millis", 1.25)
                        .put("key", "k\"1")
                        .put("outcome", "executed")
                        .put("attempts", 2)
                        .put("site", "west")
                        .put("vm", "w1")
                        .putNull("durability")
                        .put("id", "r1"));
    }

    @Test
    void nothing_is_written_for_programs_where_people_read_or_nobody() {
        Line line = new Line("10.0.0.7", "r2", "GET", "/", "/", 200, 0, 1, ResponseInfo.NONE);
        log(RouterAccessLog.Format.TEXT).write(line);
        log(RouterAccessLog.Format.NONE).write(line);

        assertThat(lines.list).isEmpty();
    }

    @Test
    void chosen_fields_are_told_in_their_order_and_each_of_them_has_a_value() {
        List<String> fields = new ArrayList<>(RouterAccessLog.names());
        Collections.reverse(fields);
        AccessLog.More more = new AccessLog.More(
                "shop.example", "http/1.1", "curl/8 \"x\"", "/from", "4bf9", 3, 1.5, 7.25, "sQ", null);
        Line line = new Line(
                "10.0.0.7",
                "r1",
                "POST",
                "/a",
                "/a",
                201,
                17,
                1_250,
                new ResponseInfo("k1", "executed", 2, "west", "w1", "local"),
                more);
        new AccessLog(new RouterAccessLog(RouterAccessLog.Format.JSON, fields), InstantSource.fixed(NOW)).write(line);

        JsonObject object = new JsonObject(lines.list.get(0).getFormattedMessage());
        assertThat(List.copyOf(object.fieldNames())).isEqualTo(fields);
        assertThat(object)
                .filteredOn(each -> each.getValue() == null)
                .extracting(Map.Entry::getKey)
                .as("without TLS")
                .containsExactly("fingerprint", "subject", "sni", "tls");
        assertThat(object.getString("keyHash")).isEqualTo(sha256("k1"));
        assertThat(object.getDouble("queueMillis")).isEqualTo(1.5);
        assertThat(object.getDouble("vmMillis")).isEqualTo(7.25);
        assertThat(object.getString("termination")).isEqualTo("sQ");
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_a_client_writes_stays_in_its_place_of_a_line_for_people() {
        Logger text = (Logger) LoggerFactory.getLogger("io.gemel.router.access");
        Level level = text.getLevel();
        text.setLevel(Level.INFO);
        text.addAppender(lines);
        try {
            ResponseInfo info = new ResponseInfo("k outcome=rejected \"", "executed", 1, "east", "e1", null);
            AccessLog.More more =
                    new AccessLog.More(null, null, "a\nb\u001b[2J\u2028 status=200", "-", null, 0, 0, 0, "--", null);
            Line line = new Line("::1", "r", "GET", "/\" 200 \u0085\r\n", "/", 400, 0, 1_000, info, more);
            log(RouterAccessLog.Format.TEXT).write(line);
            List<String> fields = List.of("status", "agent", "key", "referer", "path", "trace");
            new AccessLog(new RouterAccessLog(RouterAccessLog.Format.TEXT, fields), InstantSource.fixed(NOW))
                    .write(line);

            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            "::1 \"GET /\\\" 200 \\u0085\\u000d\\u000a\" 400 0 1.0ms key=\"k outcome=rejected \\\"\""
                                    + " outcome=executed attempts=1 site=east vm=e1 durability=- id=r",
                            "status=400 agent=\"a\\u000ab\\u001b[2J\\u2028 status=200\" key=\"k outcome=rejected \\\"\""
                                    + " referer=\"-\" path=\"/\\\" 200 \\u0085\\u000d\\u000a\" trace=-");
        } finally {
            text.detachAppender(lines);
            text.setLevel(level);
        }
    }

    private static AccessLog log(RouterAccessLog.Format format) {
        return new AccessLog(RouterAccessLog.of(format), InstantSource.fixed(NOW));
    }
}
