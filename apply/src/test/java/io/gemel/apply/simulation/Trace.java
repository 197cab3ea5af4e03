package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Tells a schedule: every step with what it did, what was published, and how both sites ended. */
final class Trace {
    private final Configuration configuration;
    private final List<Step> schedule;
    private final List<String> lines = new ArrayList<>();

    private Trace(Configuration configuration, List<Step> schedule) {
        this.configuration = configuration;
        this.schedule = schedule;
    }

    static String of(Configuration configuration, List<Step> schedule) {
        Trace trace = new Trace(configuration, schedule);
        trace.tell();
        return String.join(System.lineSeparator(), trace.lines);
    }

    private void tell() {
        try (World world = World.usual(configuration)) {
            tell(world);
        }
    }

    private void tell(World world) {
        String failure = Simulation.failure(() -> {
            schedule.forEach(step -> tell(world, step));
            world.settle();
            Oracle.check(world);
        });
        for (SimulatedSite site : world.sites()) {
            site.log().records().forEach(record -> lines.add("  " + site.name() + " published " + show(record)));
        }
        for (SimulatedSite site : world.sites()) {
            site.database().keys().stream()
                    .sorted(Comparator.comparing(RowKey::toString))
                    .forEach(key -> lines.add("  " + site.name() + " ends with " + key + ": "
                            + Item.show(site.database().image(key))));
        }
        lines.add("  => " + failure);
    }

    private void tell(World world, Step step) {
        String changes = step.action() == Step.Action.LOCAL ? " " + show(world.transaction(step)) : "";
        String line = "  " + step.site() + " " + step.action() + changes;
        lines.add(line + (world.perform(step) ? "" : " (nothing done)"));
    }

    private static String show(LogRecord record) {
        return record.match(
                opened -> "opened, epoch " + opened.epoch(),
                heartbeat -> "heartbeat " + heartbeat.header() + ", epoch " + heartbeat.epoch(),
                part -> part.header() + " part " + part.index() + (part.last() ? " (last) " : " ")
                        + show(part.changes()) + ", epoch " + part.epoch());
    }

    private static String show(List<Change> changes) {
        return changes.stream().map(Trace::show).collect(Collectors.joining("; "));
    }

    private static String show(Change change) {
        return change.match(
                insert -> "insert " + insert.key() + " " + Item.show(insert.after()),
                update -> "update " + update.key() + " " + Item.show(update.before()) + " -> "
                        + Item.show(update.after()),
                delete -> "delete " + delete.key() + " " + Item.show(delete.before()),
                truncate -> "truncate",
                correction -> correction.getClass().getSimpleName() + " " + correction.key() + " "
                        + Item.show(correction.before()));
    }
}
