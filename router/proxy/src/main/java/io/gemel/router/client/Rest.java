package io.gemel.router.client;

import io.gemel.router.decision.VmState;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.streams.WriteStream;

/**
 * The remaining parts of a streamed answer. They count for their VM until they have arrived, or are no longer wanted.
 * Confined to one event loop.
 */
final class Rest {
    private final HttpClientResponse response;
    private final VmState vm;
    private final Stay stay;
    private boolean over;

    /** Those of an answer whose head is here; they wait. */
    Rest(HttpClientResponse response, VmState vm) {
        this.response = response;
        this.vm = vm;
        stay = new Stay(vm);
        response.pause();
        vm.outstanding().streams(1);
    }

    /** Passes them on, and ends nothing. */
    Future<Void> to(WriteStream<Buffer> client) {
        return response.pipe().endOnComplete(false).to(client).onComplete(passed -> end());
    }

    /** Headers that came behind them. */
    MultiMap trailers() {
        return response.trailers();
    }

    /** Nobody wants them: their connection must not wait for that. */
    void discard() {
        response.request().reset().onComplete(done -> {});
        end();
    }

    private void end() {
        if (!over) {
            over = true;
            vm.outstanding().streams(-1);
        }
    }

    /**
     * Time passes: those of a VM that died, or that gets nothing new for too long, come no more.
     *
     * @param drainMillis how long they may come when their VM gets nothing new any more
     * @return whether they have ended
     */
    boolean tick(long nowMillis, long drainMillis) {
        if (!over && stay.isOver(nowMillis, drainMillis)) {
            discard();
        }
        return over;
    }
}
