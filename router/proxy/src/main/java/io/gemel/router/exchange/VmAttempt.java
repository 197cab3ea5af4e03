package io.gemel.router.exchange;

import io.gemel.router.decision.VmState;
import io.gemel.router.exchange.VmCall.Result;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request in progress at a VM, until it ends, is abandoned, or its VM dies. Confined to one event loop. */
final class VmAttempt {
    private final VmState vm;
    private final Consumer<Result> onEnd;
    private final long deathsBefore;
    private @Nullable VmCall call;
    private boolean over;

    /**
     * An attempt that begins now.
     *
     * @param onEnd receives the result once; not after {@link #abandon}
     */
    VmAttempt(VmState vm, Consumer<Result> onEnd) {
        this.vm = vm;
        this.onEnd = onEnd;
        deathsBefore = vm.deaths();
    }

    /**
     * Sends it.
     *
     * @param sender sends the request; its argument receives the result
     */
    void begin(Function<Consumer<Result>, VmCall> sender) {
        VmCall made = sender.apply(this::ended);
        if (!over) {
            call = made;
        }
    }

    private void ended(Result result) {
        if (!over) {
            over = true;
            onEnd.accept(result);
        }
    }

    VmState vm() {
        return vm;
    }

    /** How often its VM had died when it began. */
    long deathsBefore() {
        return deathsBefore;
    }

    /** Whether its VM has died since. */
    boolean isLost() {
        return vm.deaths() != deathsBefore;
    }

    /**
     * Nobody waits for it any more.
     *
     * @return whether anything of it was sent
     */
    boolean abandon() {
        over = true;
        return call != null && call.abandon();
    }
}
