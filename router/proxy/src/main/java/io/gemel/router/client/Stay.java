package io.gemel.router.client;

import io.gemel.router.decision.VmState;

/**
 * How long something may go on at a VM that lasts longer than a request: until the VM dies, and for a while once it gets nothing new. Confined
 * to one thread.
 */
final class Stay {
    private static final long NEVER = -1;

    private final VmState vm;
    private final long deathsBefore;
    private long drainingMillis = NEVER;

    /** It begins now. */
    Stay(VmState vm) {
        this.vm = vm;
        deathsBefore = vm.deaths();
    }

    /**
     * Time passes.
     *
     * @param nowMillis the router's own time
     * @param drainMillis how long it may last when its VM gets nothing new any more
     * @return whether it must end
     */
    boolean isOver(long nowMillis, long drainMillis) {
        boolean draining =
                vm.drained() || vm.beat().draining() || vm.membership().left();
        if (!draining) {
            drainingMillis = NEVER;
        } else if (drainingMillis == NEVER) {
            drainingMillis = nowMillis;
        }
        return vm.deaths() != deathsBefore || (draining && nowMillis - drainingMillis >= drainMillis);
    }
}
