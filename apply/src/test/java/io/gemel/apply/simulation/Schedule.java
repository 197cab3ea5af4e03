package io.gemel.apply.simulation;

import io.gemel.transaction.SiteId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes random schedules: phases with random weights, so that lag, partitions, outages and quiet times all occur. */
final class Schedule {
    private static final int PHASE_STEPS_MIN = 5;
    private static final int PHASE_STEPS_MAX = 30;
    private static final List<Double> LOCAL_WEIGHTS = List.of(0., 1., 1., 3.);
    private static final List<Double> READ_WEIGHTS = List.of(0., 2., 4., 8.);
    private static final List<Double> PUBLISH_WEIGHTS = List.of(0., 2., 4., 8.);
    private static final List<Double> APPLY_WEIGHTS = List.of(0., 4., 12., 12.);
    private static final List<Integer> TRANSACTION_SIZES = List.of(1, 1, 2, 3, 4);
    private static final List<Integer> BURST_SIZES = List.of(1, 1, 1, 4, 12);

    private Schedule() {}

    static List<Step> random(long seed, Configuration configuration, int steps) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> schedule = new ArrayList<>();
        while (schedule.size() < steps) {
            boolean applies = !configuration.has(Setting.PARTITION) || schedule.size() >= steps * 2 / 3;
            Map<Step.Action, Double> east = weights(random, configuration, applies);
            Map<Step.Action, Double> west = weights(random, configuration, applies);
            int length = random.nextInt(PHASE_STEPS_MIN, PHASE_STEPS_MAX);
            for (int i = 0; i < length; i++) {
                SiteId site = random.nextBoolean() ? Sites.EAST : Sites.WEST;
                Step.Action action = choose(random, site.equals(Sites.EAST) ? east : west);
                List<Integer> sizes = action == Step.Action.LOCAL ? TRANSACTION_SIZES : BURST_SIZES;
                schedule.add(new Step(action, site, random.nextInt(1 << 30), sizes.get(random.nextInt(sizes.size()))));
            }
        }
        return List.copyOf(schedule.subList(0, steps));
    }

    private static Map<Step.Action, Double> weights(
            SplittableRandom random, Configuration configuration, boolean applies) {
        Map<Step.Action, Double> weights = new EnumMap<>(Step.Action.class);
        weights.put(Step.Action.LOCAL, anyOf(LOCAL_WEIGHTS, random));
        weights.put(Step.Action.READ, anyOf(READ_WEIGHTS, random));
        weights.put(Step.Action.PUBLISH, anyOf(PUBLISH_WEIGHTS, random));
        weights.put(Step.Action.APPLY, applies ? anyOf(APPLY_WEIGHTS, random) : 0.);
        weights.put(Step.Action.HEARTBEAT, .2);
        weights.put(Step.Action.PASS_TIME, .2);
        weights.put(Step.Action.CRASH, .1);
        weights.put(Step.Action.DISTURB, .2);
        weights.put(Step.Action.RESTART_CAPTURE, .1);
        weights.put(Step.Action.REPUBLISH, .05);
        weights.put(Step.Action.CLOCK, .1);
        if (configuration.has(Setting.ZOMBIE)) {
            weights.put(Step.Action.CRASH, .2);
            weights.put(Step.Action.ZOMBIE, 1.);
        }
        if (configuration.has(Setting.STRANGER)) {
            weights.put(Step.Action.STRANGER, .2);
        }
        return weights;
    }

    private static double anyOf(List<Double> weights, SplittableRandom random) {
        return weights.get(random.nextInt(weights.size()));
    }

    private static Step.Action choose(SplittableRandom random, Map<Step.Action, Double> weights) {
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        double left = random.nextDouble() * sum;
        for (Map.Entry<Step.Action, Double> weight : weights.entrySet()) {
            left -= weight.getValue();
            if (left < 0) {
                return weight.getKey();
            }
        }
        return Step.Action.HEARTBEAT; // only rounding comes here
    }
}
