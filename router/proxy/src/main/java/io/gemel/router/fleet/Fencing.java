package io.gemel.router.fleet;

import io.gemel.router.decision.Membership;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.SiteView;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.SiteClient;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/**
 * Ends the database sessions that dead VMs left behind, which may hold locks and could still commit: once for each death, and only
 * sessions that are older than it, so that a process which takes the VM's name again is left alone. Confined to the watching
 * event loop.
 */
final class Fencing {
    private static final int OK = 200;

    private final SiteClient client;
    private final PauseAwareClock awake;
    private final Map<VmState, Fence> fences = new HashMap<>();

    private record Fence(long diedMillis, Future<?> ended) {}

    Fencing(SiteClient client, PauseAwareClock awake) {
        this.client = client;
        this.awake = awake;
    }

    /**
     * Succeeds once no session is left that a VM had when it was found dead; one that has failed before is tried again. Sessions of a VM whose
     * name belongs to another one now are left alone: they cannot be told from that one's.
     */
    Future<?> fence(SiteView site, VmState vm, long timeoutMillis) {
        if (vm.membership() == Membership.REPLACED) {
            return Future.succeededFuture();
        }
        long died = vm.diedMillis();
        Fence earlier = fences.get(vm);
        if (earlier != null && earlier.diedMillis() == died && !earlier.ended().failed()) {
            return earlier.ended();
        }
        Future<?> ended = client.terminate(site.config(), vm.sessionName(), awake.millis() - died, timeoutMillis)
                .map(Fencing::accepted);
        fences.put(vm, new Fence(died, ended));
        return ended;
    }

    /** Whether sessions of its last death may be left. */
    boolean isOpen(VmState vm) {
        Fence fence = fences.get(vm);
        return fence != null && !fence.ended().succeeded();
    }

    /** Nobody will ask for this VM again. */
    void forget(VmState vm) {
        fences.remove(vm);
    }

    /** The answer, when it says yes. */
    static SiteClient.Answer accepted(SiteClient.Answer answer) {
        if (answer.status() != OK) {
            throw new IllegalStateException(answer.reason());
        }
        return answer;
    }
}
