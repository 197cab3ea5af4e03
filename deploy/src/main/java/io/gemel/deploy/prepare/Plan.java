package io.gemel.deploy.prepare;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.verdict.Obstacle;
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
        obstacle(new Obstacle(Cause.BEYOND_PREPARE, subject, problem, mend));
    }

    /** Notes something that no statement of this program can put right. */
    void obstacle(Obstacle obstacle) {
        obstacles.add(obstacle);
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    List<Obstacle> obstacles() {
        return List.copyOf(obstacles);
    }
}
