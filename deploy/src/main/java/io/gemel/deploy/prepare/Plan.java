package io.gemel.deploy.prepare;

import io.gemel.deploy.config.Cause;
import java.util.ArrayList;
import java.util.List;

/** What a database still needs, in order, and what stands in the way. Filled by the planners, then only read. */
final class Plan {
    private final List<Step> steps = new ArrayList<>();
    private final List<Obstacle> obstacles = new ArrayList<>();

    void add(Step step) {
        steps.add(step);
    }

    /** Notes something that no statement of this program can put right. */
    void obstacle(String subject, String problem, String mend) {
        obstacle(Cause.BEYOND_PREPARE, subject, problem, mend);
    }

    /** Notes something of another cause that no statement of this program can put right. */
    void obstacle(Cause cause, String subject, String problem, String mend) {
        obstacles.add(new Obstacle(cause, subject, problem, mend));
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    List<Obstacle> obstacles() {
        return List.copyOf(obstacles);
    }
}
