package io.gemel.deploy.prepare;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.verdict.Blocker;
import java.util.ArrayList;
import java.util.List;

/** What a database still needs, in order, and what stands in the way. Filled by the planners, then only read. */
final class Plan {
    private final List<Step> steps = new ArrayList<>();
    private final List<Blocker> blockers = new ArrayList<>();

    void add(Step step) {
        steps.add(step);
    }

    /** Notes something that no statement of this program can put right. */
    void blocker(String subject, String problem, String fix) {
        blocker(new Blocker(Cause.BEYOND_PREPARE, subject, problem, fix));
    }

    /** Notes something that no statement of this program can put right. */
    void blocker(Blocker blocker) {
        blockers.add(blocker);
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    List<Blocker> blockers() {
        return List.copyOf(blockers);
    }
}
