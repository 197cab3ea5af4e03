package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;

/** What the schedules of a campaign brought about, as the journals of both sites tell it. */
final class SimulationCounts {
    private long transactions;
    private long conflicts;
    private long voids;
    private long releases;
    private long orphans;

    void add(World world) {
        for (SimulatedSite site : world.sites()) {
            transactions += site.database().log().stream()
                    .filter(SimulatedDatabase.Commit::isTransaction)
                    .count();
            for (Conflict conflict : site.database().journal()) {
                voids += conflict.kind() == ConflictKind.SUBMISSION_VOID ? 1 : 0;
                releases += conflict.kind() == ConflictKind.UNIQUE_EXISTS ? 1 : 0;
                orphans += conflict.kind() == ConflictKind.FOREIGN_KEY_ORPHAN ? 1 : 0;
                conflicts++;
            }
        }
    }

    void add(SimulationCounts other) {
        transactions += other.transactions;
        conflicts += other.conflicts;
        voids += other.voids;
        releases += other.releases;
        orphans += other.orphans;
    }

    @Override
    public String toString() {
        return transactions + " transactions, " + conflicts + " journal entries, of them " + voids
                + " of void transactions, " + releases + " of unique values given up and " + orphans + " of orphans";
    }
}
