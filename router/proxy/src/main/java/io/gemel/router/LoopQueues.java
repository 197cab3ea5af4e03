package io.gemel.router;

import io.vertx.core.Context;
import java.util.HashMap;
import java.util.Map;

/** The queues of one event loop, one for each group. Confined to that loop. */
final class LoopQueues {
    private final Context context;
    private final Map<Group, RequestQueue> queues = new HashMap<>();

    LoopQueues(Context context) {
        this.context = context;
    }

    RequestQueue of(Group group) {
        return queues.computeIfAbsent(group, unused -> new RequestQueue(group.queues(), context));
    }

    /** Time passes: who waits looks for a VM. */
    void tick() {
        queues.values().forEach(queue -> queue.all().wakeFirst());
    }

    /** Forgets empty ones: groups come and go with the settings. */
    void forgetEmpty() {
        queues.values().removeIf(queue -> {
            boolean empty = queue.isEmpty();
            if (empty) {
                queue.all().remove(queue);
            }
            return empty;
        });
    }
}
