package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.JournalEntry;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import org.jspecify.annotations.Nullable;

/** The services of one database transaction of the applier for all its participants. Applying thread only. */
public interface ApplyContext {
    /** Waits until capture has read every commit that came before the locks held. */
    void awaitCapture() throws ApplyFailure, InterruptedException;

    /** The row that results from an incoming change; its conflicts go to the journal. */
    @Nullable
    RowImage resolve(StampedChange incoming, @Nullable RowImage current) throws ApplyFailure;

    /** Notes a decision between rows for the journal. */
    void decided(JournalEntry entry);

    /** Has a change that was decided on, and is written, published as this site's own. */
    void publish(Change correction);
}
