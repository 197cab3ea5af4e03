package io.gemel.apply.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a failing schedule smaller as long as it still fails. */
final class Shrinker {
    private Shrinker() {}

    static List<Step> shrink(List<Step> schedule, Predicate<List<Step>> fails) {
        return shorten(remove(schedule, fails), fails);
    }

    /** Leaves out ever smaller stretches. */
    private static List<Step> remove(List<Step> schedule, Predicate<List<Step>> fails) {
        List<Step> smallest = schedule;
        int size = schedule.size() / 2;
        while (size > 0) {
            boolean removed = false;
            for (int at = 0; at < smallest.size(); ) {
                List<Step> rest = new ArrayList<>(smallest);
                rest.subList(at, Math.min(rest.size(), at + size)).clear();
                if (fails.test(rest)) {
                    smallest = rest;
                    removed = true;
                } else {
                    at += size;
                }
            }
            size = removed && size == 1 ? 1 : size / 2;
        }
        return smallest;
    }

    /** Makes transactions and bursts shorter. */
    private static List<Step> shorten(List<Step> schedule, Predicate<List<Step>> fails) {
        List<Step> smallest = schedule;
        for (int at = 0; at < schedule.size(); at++) {
            Step step = schedule.get(at);
            for (int size = 1; size < step.size(); size++) {
                List<Step> shorter = new ArrayList<>(smallest);
                shorter.set(at, step.withSize(size));
                if (fails.test(shorter)) {
                    smallest = shorter;
                    break;
                }
            }
        }
        return smallest;
    }
}
