package io.gemel.router.exchange;

import io.gemel.router.decision.Group;
import io.vertx.core.Context;
import java.util.HashMap;
import java.util.Map;

/** The queues of one event loop, one for each group. Confined to that loop. */
public final class LoopQueues {
    private final Context context;
    private final Map<Group, RequestQueue> queues = new HashMap<>();

    public LoopQueues(Context context) {
        this.context = context;
    }

    RequestQueue of(Group group) {
        return queues.computeIfAbsent(group, unused -> new RequestQueue(group.queues(), context));
    }

    /** Time passes: who waits looks for a VM. */
    public void tick() {
        queues.values().forEach(queue -> queue.all().wakeFirst());
    }

    /** Forgets empty ones: groups come and go with the settings. */
    public void forgetEmpty() {
        queues.values().removeIf(queue -> {
            boolean empty = queue.isEmpty();
            if (empty) {
                queue.all().remove(queue);
            }
            return empty;
        });
    }
}
