package io.gemel.deploy.bench;

import com.sun.management.OperatingSystemMXBean;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests over kept connections and times their answers. One event loop does it all, alike for every way; each run opens connections
 * of its own. Used by one thread.
 */
final class HttpLoad implements AutoCloseable {
    private static final double SECOND = 1e9;
    private static final long END_LIMIT_SECONDS = 60;
    private static final int UNAVAILABLE = 503;

    /** Requests at once on one connection of HTTP/2: as many are under way as with HTTP/1.1, on fewer connections. */
    private static final int HTTP2_STREAMS = 4;

    private static final OperatingSystemMXBean MACHINE =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = vertx.getOrCreateContext();
    private final String prefix = UUID.randomUUID() + "-";
    private long number;

    /**
     * As many as the way takes: each connection sends its next request when it has the answer to the last one.
     *
     * @param lead how long answers do not count, from the first one on
     * @param time how long they count after that
     */
    Sample closed(RequestPath path, RequestKind kind, int connections, Duration lead, Duration time) throws Exception {
        Run run = new Run(path, kind, connections, time);
        loop.runOnContext(none -> {
            for (int i = 0; i < connections; i++) {
                run.keepSending(lead);
            }
        });
        return run.await(lead);
    }

    /**
     * By a timetable, whatever becomes of the requests before. Each one's latency counts from the timetable's moment.
     *
     * @param lead for how long requests do not count
     * @param time for how long they count after that
     */
    Sample open(RequestPath path, RequestKind kind, int connections, double perSecond, Duration lead, Duration time)
            throws Exception {
        long start = System.nanoTime();
        long end = start + lead.plus(time).toNanos();
        Run run = new Run(path, kind, connections, time);
        loop.runOnContext(none -> run.count(start + lead.toNanos()));
        long intended = start;
        for (long i = 0; intended < end; i++) {
            for (long now = System.nanoTime(); now < intended; now = System.nanoTime()) {
                LockSupport.parkNanos(intended - now);
            }
            long due = intended;
            loop.runOnContext(none -> run.send(due));
            intended = start + (long) ((i + 1) * SECOND / perSecond);
        }
        loop.runOnContext(none -> run.noMore());
        return run.await(Duration.ZERO);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** One run. Everything happens on the event loop, but for {@link #await}. */
    private final class Run {
        private final RequestPath path;
        private final RequestKind kind;
        private final RequestOptions to;
        private final HttpClient client;
        private final Duration time;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final Duration spentBefore;
        private long[] nanos = new long[1 << 14];
        private int all;
        private int done;
        private int failed;
        private int shed;
        private int underWay;
        private boolean counts;
        private long from;
        private long until;
        private boolean noMore;

        /**
         * Sends nothing yet.
         *
         * @param time how long requests count
         */
        Run(RequestPath path, RequestKind kind, int connections, Duration time) {
            this.path = path;
            this.kind = kind;
            this.time = time;
            spentBefore = path.spent();
            to = new RequestOptions()
                    .setHost(path.uri().getHost())
                    .setPort(path.uri().getPort())
                    .setMethod(kind.method());
            client = vertx.createHttpClient(
                    new HttpClientOptions()
                            .setTcpNoDelay(true)
                            .setProtocolVersion(path.version())
                            .setHttp2ClearTextUpgrade(false)
                            .setHttp2MultiplexingLimit(HTTP2_STREAMS),
                    new PoolOptions()
                            .setHttp1MaxSize(connections)
                            .setHttp2MaxSize(Math.max(1, connections / HTTP2_STREAMS))
                            .setMaxWaitQueueSize(-1));
            MACHINE.getCpuLoad(); // What it tells next begins here.
        }

        /** What is counted begins at this {@link System#nanoTime}. */
        void count(long since) {
            counts = true;
            from = since;
            until = since + time.toNanos();
        }

        void keepSending(Duration lead) {
            long sent = System.nanoTime();
            if (counts && sent >= until) {
                noMore();
                return;
            }
            underWay++;
            request().onComplete((status, failure) -> {
                long now = System.nanoTime();
                if (!counts) {
                    count(now + lead.toNanos());
                }
                ended(now, now - sent, failure == null ? status : 0);
                keepSending(lead);
            });
        }

        void send(long intended) {
            underWay++;
            request()
                    .onComplete((status, failure) ->
                            ended(intended, System.nanoTime() - intended, failure == null ? status : 0));
        }

        private Future<Integer> request() {
            long mine = number++;
            RequestOptions options =
                    new RequestOptions(to).setURI(kind.target(mine)).setHeaders(kind.headers(prefix, mine));
            Buffer body = kind.body(mine);
            return client.request(options)
                    .compose(request -> body.length() == 0 ? request.send() : request.send(body))
                    .compose(HttpLoad::whole);
        }

        /** @param status 0 when there was no answer */
        private void ended(long moment, long took, int status) {
            underWay--;
            all++;
            if (moment >= from && moment < until) {
                if (isDone(status)) {
                    if (done == nanos.length) {
                        nanos = Arrays.copyOf(nanos, 2 * done);
                    }
                    nanos[done++] = took;
                } else {
                    failed++;
                    shed += status == UNAVAILABLE ? 1 : 0;
                }
            }
            tellWhenOver();
        }

        void noMore() {
            noMore = true;
            tellWhenOver();
        }

        private void tellWhenOver() {
            if (noMore && underWay == 0) {
                over.complete(null);
            }
        }

        Sample await(Duration lead) throws InterruptedException, ExecutionException, TimeoutException {
            over.get(lead.plus(time).toSeconds() + END_LIMIT_SECONDS, TimeUnit.SECONDS);
            double busy = MACHINE.getCpuLoad();
            double hopMicros = path.spent().minus(spentBefore).toNanos() / 1e3 / all;
            client.close().toCompletionStage().toCompletableFuture().join();
            return Sample.of(Arrays.copyOf(nanos, done), time.toNanos() / SECOND, failed, shed, hopMicros, busy);
        }
    }

    private static Future<Integer> whole(HttpClientResponse response) {
        return response.end().map(response.statusCode());
    }

    private static boolean isDone(int status) {
        return status >= 200 && status < 300;
    }
}
