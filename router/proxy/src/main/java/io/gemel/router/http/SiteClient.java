package io.gemel.router.http;

import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls site processes. Its connections belong to the event loop that made it. */
public final class SiteClient {
    /** Connections to one site process; more requests wait for one of them. */
    private static final int CONNECTIONS_MAX = 32;

    private static final int WAITING_MAX = 1000;

    /** An answer takes so much longer than what was asked to be waited for at most. */
    private static final long MARGIN_MILLIS = 500;

    /** A site process is not asked to wait for longer at a time; it refuses that. */
    private static final long WAIT_MAX_MILLIS = 60_000;

    private final RenewableClient http;

    /**
     * An answer.
     *
     * @param json empty when the body was not an object
     */
    public record Answer(int status, JsonObject json) {
        /** Why it says no. */
        public String reason() {
            return text("reason", "it answers " + status);
        }

        /** What stands under a name, if it is a text. */
        public String text(String name, String otherwise) {
            return json.getValue(name) instanceof String text ? text : otherwise;
        }

        /** Those of a list that are texts. */
        public List<String> texts(String name) {
            return json.getValue(name) instanceof JsonArray list
                    ? list.stream()
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .toList()
                    : List.of();
        }

        public boolean flag(String name, boolean otherwise) {
            return json.getValue(name) instanceof Boolean flag ? flag : otherwise;
        }

        public long number(String name, long otherwise) {
            return json.getValue(name) instanceof Number number ? number.longValue() : otherwise;
        }
    }

    public SiteClient(Vertx vertx, Settings settings) {
        http = new RenewableClient(
                vertx, settings, config -> RenewableClient.Options.plain(config, CONNECTIONS_MAX, WAITING_MAX));
    }

    /** How the site is. */
    public Future<Answer> site(RouterConfig.Site site, long timeoutMillis) {
        return ask(site, HttpMethod.GET, "/router/site", timeoutMillis);
    }

    /** Yes once everything of an origin's log until now is applied there, or parked. */
    public Future<Answer> barrier(RouterConfig.Site site, String origin, long timeoutMillis) {
        return barrier(site, origin, "", timeoutMillis);
    }

    /** Yes once everything of an origin's log until now is applied there, and what a key did is not parked; waits for a minute at most. */
    public Future<Answer> barrier(RouterConfig.Site site, String origin, String key, long limitMillis) {
        long timeoutMillis = Math.min(limitMillis, WAIT_MAX_MILLIS);
        String about = key.isEmpty() ? "" : "&key=" + URLEncoder.encode(key, StandardCharsets.UTF_8);
        return ask(
                site,
                HttpMethod.GET,
                "/router/barrier?origin=" + origin + about + "&timeoutMillis=" + timeoutMillis,
                timeoutMillis + MARGIN_MILLIS);
    }

    /** Yes once everything committed there before is as durable as that. */
    public Future<Answer> durable(RouterConfig.Site site, Durability level, long limitMillis) {
        long timeoutMillis = Math.min(limitMillis, WAIT_MAX_MILLIS);
        Future<Answer> asked = ask(
                site,
                HttpMethod.GET,
                "/router/durable?level=" + level.word() + "&timeoutMillis=" + timeoutMillis,
                timeoutMillis + MARGIN_MILLIS);
        return limitMillis == timeoutMillis
                ? asked
                : asked.compose(answer -> answer.flag("reached", false)
                        ? Future.succeededFuture(answer)
                        : durable(site, level, limitMillis - timeoutMillis));
    }

    /**
     * Ends the database sessions that a VM has left behind.
     *
     * @param ageMillis only those that began at least so long ago
     */
    public Future<Answer> terminate(RouterConfig.Site site, String vm, long ageMillis, long timeoutMillis) {
        return ask(
                site,
                HttpMethod.POST,
                "/router/terminate?vm=" + URLEncoder.encode(vm, StandardCharsets.UTF_8) + "&olderThanMillis="
                        + ageMillis,
                timeoutMillis);
    }

    private Future<Answer> ask(RouterConfig.Site site, HttpMethod method, String uri, long timeoutMillis) {
        RequestOptions options = RenewableClient.to(site.status())
                .setMethod(method)
                .setURI(uri)
                .setConnectTimeout(timeoutMillis)
                .setIdleTimeout(timeoutMillis);
        String token = site.token();
        if (token != null) {
            options.putHeader("Authorization", "Bearer " + token);
        }
        return http.get()
                .request(options)
                .compose(request -> request.send()
                        .compose(response -> response.body().map(body -> answer(response.statusCode(), body))))
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** An answer whose body may be anything. */
    public static Answer answer(int status, @Nullable Buffer body) {
        try {
            return new Answer(status, body == null || body.length() == 0 ? new JsonObject() : new JsonObject(body));
        } catch (DecodeException | ClassCastException e) {
            return new Answer(status, new JsonObject());
        }
    }
}
