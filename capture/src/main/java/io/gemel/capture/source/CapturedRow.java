package io.gemel.capture.source;

import io.gemel.transaction.Change;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.Marker;
import org.jspecify.annotations.Nullable;

/** One decoded row of the database's log. */
public sealed interface CapturedRow {
    /**
     * A change to a replicated table.
     *
     * @param bytes about how many bytes its images take in a record
     */
    record Local(Change change, long bytes) implements CapturedRow {}

    /** The applier's first statement in a transaction of its own. */
    record Applied(Marker marker, @Nullable String horizon) implements CapturedRow {}

    /** The site process's regular update of {@link GemelTable#HEARTBEAT}. */
    record Beat(@Nullable String horizon) implements CapturedRow {}

    /**
     * A change that the applier decided on and that this site publishes as its own.
     *
     * @param bytes size of its encoded form
     */
    record Correction(Change change, long bytes) implements CapturedRow {}

    /** A row of one of Gemel's tables that something other than the applier has inserted. */
    record Stray(GemelTable table) implements CapturedRow {}
}
