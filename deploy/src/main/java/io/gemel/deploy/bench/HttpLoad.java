package io.gemel.deploy.bench;

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

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = vertx.getOrCreateContext();
    private final String prefix = UUID.randomUUID() + "-";
    private long number;

    /** As many as the way takes: each connection sends its next request when it has the answer to the last one. */
    Sample closed(Way way, RequestKind kind, int connections, Duration lead, Duration time) throws Exception {
        long start = System.nanoTime();
        Run run = new Run(
                way,
                kind,
                connections,
                start + lead.toNanos(),
                start + lead.plus(time).toNanos());
        loop.runOnContext(none -> {
            for (int i = 0; i < connections; i++) {
                run.keepSending();
            }
        });
        return run.await(time);
    }

    /** By a timetable, whatever becomes of the requests before. Each one's latency counts from the timetable's moment. */
    Sample open(Way way, RequestKind kind, int connections, double perSecond, Duration lead, Duration time)
            throws Exception {
        long start = System.nanoTime();
        long end = start + lead.plus(time).toNanos();
        Run run = new Run(way, kind, connections, start + lead.toNanos(), end);
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
        return run.await(time);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** One run. Everything happens on the event loop, but for {@link #await}. */
    private final class Run {
        private final RequestKind kind;
        private final RequestOptions to;
        private final HttpClient client;
        private final long from;
        private final long until;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private long[] nanos = new long[1 << 14];
        private int done;
        private int failed;
        private int underWay;
        private boolean noMore;

        /**
         * Sends nothing yet.
         *
         * @param from what counts begins then, {@link System#nanoTime}
         * @param until and ends before this
         */
        Run(Way way, RequestKind kind, int connections, long from, long until) {
            this.kind = kind;
            this.from = from;
            this.until = until;
            to = new RequestOptions()
                    .setHost(way.uri().getHost())
                    .setPort(way.uri().getPort())
                    .setMethod(kind.method());
            client = vertx.createHttpClient(
                    new HttpClientOptions().setTcpNoDelay(true),
                    new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(-1));
        }

        void keepSending() {
            long sent = System.nanoTime();
            if (sent >= until) {
                noMore();
                return;
            }
            underWay++;
            request().onComplete((status, failure) -> {
                long now = System.nanoTime();
                ended(now, now - sent, failure == null && isDone(status));
                keepSending();
            });
        }

        void send(long intended) {
            underWay++;
            request()
                    .onComplete((status, failure) ->
                            ended(intended, System.nanoTime() - intended, failure == null && isDone(status)));
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

        private void ended(long moment, long took, boolean good) {
            underWay--;
            if (moment >= from && moment < until) {
                if (good) {
                    if (done == nanos.length) {
                        nanos = Arrays.copyOf(nanos, 2 * done);
                    }
                    nanos[done++] = took;
                } else {
                    failed++;
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

        Sample await(Duration time) throws InterruptedException, ExecutionException, TimeoutException {
            over.get(time.toSeconds() + END_LIMIT_SECONDS, TimeUnit.SECONDS);
            client.close().toCompletionStage().toCompletableFuture().join();
            return Sample.of(Arrays.copyOf(nanos, done), time.toNanos() / SECOND, failed);
        }
    }

    private static Future<Integer> whole(HttpClientResponse response) {
        return response.end().map(response.statusCode());
    }

    private static boolean isDone(int status) {
        return status >= 200 && status < 300;
    }
}
