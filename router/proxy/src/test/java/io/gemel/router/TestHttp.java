package io.gemel.router;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** Awaits what Vert.x does. */
final class TestHttp {
    private TestHttp() {}

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
