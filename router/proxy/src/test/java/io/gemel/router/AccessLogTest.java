package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gemel.router.AccessLog.Line;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
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
        Story story = new Story("k\"1", "executed", 2, "west", "w1", null);
        log(RouterConfig.AccessLogFormat.JSON)
                .write(new Line("10.0.0.7", "r1", "POST", "/a\"b\\c", "/a", 201, 17, 1_250, story));

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
        Line line = new Line("10.0.0.7", "r2", "GET", "/", "/", 200, 0, 1, Story.NONE);
        log(RouterConfig.AccessLogFormat.TEXT).write(line);
        log(RouterConfig.AccessLogFormat.NONE).write(line);

        assertThat(lines.list).isEmpty();
    }

    private static AccessLog log(RouterConfig.AccessLogFormat format) {
        return new AccessLog(format, InstantSource.fixed(NOW));
    }
}
