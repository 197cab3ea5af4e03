package io.gemel.apply.simulation;

import io.gemel.apply.target.Divergence;
import io.gemel.apply.target.GoneColumns;
import io.gemel.apply.target.Repair;
import io.gemel.apply.target.RepairStore;
import io.gemel.transaction.RowKey;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** A row that has diverged is a violation; a lenient applier is told to take the peer's, whatever it finds. */
final class SimulatedRepairs implements RepairStore {
    private final Configuration configuration;

    SimulatedRepairs(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public Map<RowKey, Repair> asked() {
        Map<RowKey, Repair> asked = new HashMap<>();
        if (configuration.lenient()) {
            Repair repair = new Repair(Repair.Take.PEER, "nobody");
            configuration.keys().forEach(id -> asked.put(Item.key(id), repair));
            IntStream.range(0, Submission.KEYS).forEach(number -> asked.put(Submission.key(number), repair));
        }
        return asked;
    }

    @Override
    public GoneColumns goneColumns() {
        return new GoneColumns(Map.of());
    }

    @Override
    public void offer(Divergence divergence) {
        throw new Violation(divergence.key() + ": " + divergence.problem());
    }
}
