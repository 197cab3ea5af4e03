package io.gemel.router.decision;

import io.gemel.router.api.Settings;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Every group that requests were for. Thread-safe. */
public final class Groups {
    private final Fleet fleet;
    private final Settings settings;
    private final PauseAwareClock awake;
    private final Map<String, Group> all = new ConcurrentHashMap<>();

    public Groups(Fleet fleet, Settings settings, PauseAwareClock awake) {
        this.fleet = fleet;
        this.settings = settings;
        this.awake = awake;
    }

    public Group of(String name) {
        return all.computeIfAbsent(
                name,
                unused -> new Group(name, new RequestQueues(fleet, settings, name), new RetryBudget(awake.millis())));
    }

    public Collection<Group> all() {
        return all.values();
    }

    /** Forgets groups that no VM is of and no request is for. */
    public void keep(Set<String> named) {
        all.values()
                .removeIf(group -> !group.name().equals(VmState.ANY_GROUP)
                        && !named.contains(group.name())
                        && group.inFlight().get() == 0);
    }

    /** A VM of a group has room: whoever waits for it looks. */
    public void roomGained(String name) {
        roomGained(all.get(name));
        roomGained(all.get(VmState.ANY_GROUP));
    }

    private static void roomGained(@Nullable Group group) {
        if (group != null) {
            group.queues().roomGained();
        }
    }
}
