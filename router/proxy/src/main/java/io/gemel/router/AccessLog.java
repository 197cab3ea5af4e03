package io.gemel.router;

import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for each request. Any thread. */
final class AccessLog {
    private static final Logger TEXT = LoggerFactory.getLogger("io.gemel.router.access");

    /** Of its own, so that nothing is put before the line. */
    private static final Logger JSON = LoggerFactory.getLogger("io.gemel.router.access.json");

    private final RouterConfig.AccessLogFormat format;
    private final InstantSource clock;

    AccessLog(RouterConfig.AccessLogFormat format, InstantSource clock) {
        this.format = format;
        this.clock = clock;
    }

    /**
     * How a request ended.
     *
     * @param path without the query, which may be private
     * @param bytes of the body; -1 when it was passed on as it came
     */
    record Line(
            String address,
            String id,
            String method,
            String path,
            String route,
            int status,
            long bytes,
            long micros,
            Story story) {}

    void write(Line line) {
        if (format == RouterConfig.AccessLogFormat.TEXT && TEXT.isInfoEnabled()) {
            Story story = line.story();
            TEXT.info(
                    "{} \"{} {}\" {} {} {}ms key={} outcome={} attempts={} site={} vm={} durability={} id={}",
                    line.address(),
                    line.method(),
                    line.path(),
                    line.status(),
                    line.bytes(),
                    line.micros() / 1000.0,
                    shown(story.key()),
                    shown(story.outcome()),
                    story.attempts(),
                    shown(story.site()),
                    shown(story.vm()),
                    shown(story.durability()),
                    line.id());
        } else if (format == RouterConfig.AccessLogFormat.JSON && JSON.isInfoEnabled()) {
            JSON.info(json(line));
        }
    }

    private String json(Line line) {
        Story story = line.story();
        return new JsonObject()
                .put("time", clock.instant().toString())
                .put("address", line.address())
                .put("method", line.method())
                .put("path", line.path())
                .put("route", line.route())
                .put("status", line.status())
                .put("bytes", line.bytes())
                .put("millis", line.micros() / 1000.0)
                .put("key", story.key())
                .put("outcome", story.outcome())
                .put("attempts", story.attempts())
                .put("site", story.site())
                .put("vm", story.vm())
                .put("durability", story.durability())
                .put("id", line.id())
                .encode();
    }

    private static String shown(@Nullable String value) {
        return value == null ? "-" : value;
    }
}
