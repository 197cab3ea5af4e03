package io.gemel.conflict.window;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A spill into plain maps, which counts what is left. */
final class MapSpill implements WindowSpill {
    final Set<Run> runs = new HashSet<>();

    @Override
    public Run store(long[] hashes, PositionsByHash positions) {
        Map<Long, long[]> stored = new HashMap<>();
        for (long hash : hashes) {
            stored.put(hash, positions.of(hash));
        }
        Run run = new Run() {
            @Override
            public long[] positions(long hash) {
                return stored.getOrDefault(hash, new long[0]);
            }

            @Override
            public void delete() {
                runs.remove(this);
            }
        };
        runs.add(run);
        return run;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void close() {
        runs.clear();
    }
}
