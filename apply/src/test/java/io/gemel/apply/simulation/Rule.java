package io.gemel.apply.simulation;

import io.gemel.conflict.ColumnMerge;
import io.gemel.conflict.ConflictPolicy;
import io.gemel.conflict.GreatestOrLeast;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.SitePriority;

/** The policies under test: the core's own and two that a user might write. */
enum Rule {
    LAST_WRITER_WINS,
    SITE_PRIORITY,
    COLUMN_MERGE,
    GREATEST,
    THREE_WAY_MERGE;

    ConflictPolicy policy() {
        return switch (this) {
            case LAST_WRITER_WINS -> new LastWriterWins();
            case SITE_PRIORITY -> new SitePriority(Sites.EAST);
            case COLUMN_MERGE -> new ColumnMerge();
            case GREATEST -> GreatestOrLeast.greatest("x");
            case THREE_WAY_MERGE -> new ThreeWayMerge();
        };
    }

    @Override
    public String toString() {
        return policy().name();
    }
}
