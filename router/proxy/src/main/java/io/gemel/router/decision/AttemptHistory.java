package io.gemel.router.decision;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport.SiteState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** History of one submission: its attempts in order, and what was known of its key before. Confined to one thread. */
public final class AttemptHistory {
    /** Two VMs of one site that die within this time died of one cause. */
    static final long EVENT_MILLIS = 1000;

    private final List<Attempt> attempts = new ArrayList<>(2);
    private final Destination to;
    private final boolean safe;
    private final boolean resubmittable;
    private final long deadlineMillis;
    private final @Nullable String earlierDoubt;
    private final int earlierDeaths;
    private boolean caughtUp;

    /** Of the group to which requests go that no route sends elsewhere. */
    AttemptHistory(
            boolean safe,
            boolean resubmittable,
            long deadlineMillis,
            @Nullable String earlierDoubt,
            int earlierDeaths) {
        this(
                new Destination(RouterConfig.GROUP_DEFAULT, null),
                safe,
                resubmittable,
                deadlineMillis,
                earlierDoubt,
                earlierDeaths);
    }

    /**
     * @param to whose VMs may have it
     * @param safe whether it changes nothing, whatever happens (GET and HEAD without a key)
     * @param resubmittable whether its body was kept
     * @param deadlineMillis in the router's own time
     * @param earlierDoubt the site where an earlier request with its key may have run; null when none is known
     * @param earlierDeaths VMs that died while they had an earlier request with its key
     */
    public AttemptHistory(
            Destination to,
            boolean safe,
            boolean resubmittable,
            long deadlineMillis,
            @Nullable String earlierDoubt,
            int earlierDeaths) {
        this.to = to;
        this.safe = safe;
        this.resubmittable = resubmittable;
        this.deadlineMillis = deadlineMillis;
        this.earlierDoubt = earlierDoubt;
        this.earlierDeaths = earlierDeaths;
    }

    public void add(Attempt attempt) {
        attempts.add(attempt);
    }

    public List<Attempt> attempts() {
        return attempts;
    }

    @Nullable
    public Attempt last() {
        return attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
    }

    String group() {
        return to.group();
    }

    /** The VM that its first attempt goes to, while that takes requests; null for any. */
    @Nullable
    String wanted() {
        return isFresh() ? to.vm() : null;
    }

    /** Notes that the site which declined it has applied what it might have missed. */
    public void catchUp() {
        caughtUp = true;
    }

    boolean caughtUp() {
        return caughtUp;
    }

    boolean safe() {
        return safe;
    }

    boolean resubmittable() {
        return resubmittable;
    }

    public long deadlineMillis() {
        return deadlineMillis;
    }

    int earlierDeaths() {
        return earlierDeaths;
    }

    /** Whether it was sent nowhere, and may be sent anywhere. */
    public boolean isFresh() {
        return attempts.isEmpty() && home() == null;
    }

    /** Whether an attempt of this very request may have left something behind; never for one that changes nothing. */
    public boolean inDoubt() {
        return !safe && attempts.stream().anyMatch(attempt -> attempt.result().inDoubt());
    }

    /** The site whose database alone can tell what became of it; null when any site may run it. */
    @Nullable
    public String home() {
        if (safe) {
            return null;
        }
        for (int i = attempts.size() - 1; i >= 0; i--) {
            if (attempts.get(i).result().inDoubt()) {
                return attempts.get(i).site();
            }
        }
        return earlierDoubt;
    }

    /** VMs and hosts of attempts so far are taken only when there is no other. */
    boolean met(String vm) {
        return attempts.stream().anyMatch(attempt -> attempt.vm().equals(vm));
    }

    boolean metHost(String host) {
        return attempts.stream().anyMatch(attempt -> attempt.host().equals(host));
    }

    /** Attempts in which a VM did, or may have done, work. */
    int workedAttempts() {
        int worked = 0;
        for (Attempt attempt : attempts) {
            Outcome outcome = attempt.result().outcome();
            boolean refused = outcome != null && outcome.effect() == Outcome.Effect.REFUSED;
            if (!refused && !attempt.result().isUnsent()) {
                worked++;
            }
        }
        return worked;
    }

    /** Attempts that ended with this outcome. */
    int count(Outcome outcome) {
        int count = 0;
        for (Attempt attempt : attempts) {
            if (attempt.result().outcome() == outcome) {
                count++;
            }
        }
        return count;
    }

    /** Whether every attempt certainly left nothing behind, and no earlier request is known. */
    public boolean nothingHappened() {
        return earlierDoubt == null
                && attempts.stream().allMatch(attempt -> attempt.result().nothingHappened());
    }

    /**
     * Events in which VMs are known to have died over it. VMs that died with their whole site count once, and so do two of one site that
     * died within a second: what killed both may have been anything. A third one speaks against the request.
     */
    public int deaths(FleetView surroundings) {
        int deaths = earlierDeaths;
        Map<String, Attempt> events = new HashMap<>();
        for (Attempt attempt : attempts) {
            if (attempt.result().kind() != AttemptResult.Kind.BROKEN
                    || surroundings.fateOf(attempt) != FleetView.VmFate.DIED) {
                continue;
            }
            Attempt first = events.get(attempt.site());
            boolean one = first != null
                    && (surroundings.stateOf(attempt.site()) == SiteState.DOWN
                            || attempt.endedMillis() - first.endedMillis() <= EVENT_MILLIS);
            if (!one) {
                deaths++;
                events.put(attempt.site(), attempt);
            } else if (surroundings.stateOf(attempt.site()) != SiteState.DOWN) {
                events.remove(attempt.site());
            }
        }
        return deaths;
    }
}
