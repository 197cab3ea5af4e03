package io.gemel.conflict.log;

import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the owner of a log by reading it forward: the database of the newest epoch that published anything. A process
 * that took over the log and published nothing does not own it, so a misconfigured process can be undone. One thread.
 */
public final class LogOwnership {
    private long epoch;
    private @Nullable LogOwner opener; // of the epoch
    private @Nullable LogOwner firstOpener;
    private @Nullable LogOwner owner;

    /** Takes the next record, whichever process wrote it. */
    public void read(LogRecord record) {
        if (record.epoch() < epoch) {
            return;
        }
        if (record.epoch() > epoch) {
            epoch = record.epoch();
            opener = null;
        }
        if (record instanceof LogRecord.Opened opened) {
            opener = opener == null ? opened.owner() : opener;
            firstOpener = firstOpener == null ? opener : firstOpener;
        } else if (opener != null) {
            owner = opener;
        }
    }

    /** Returns the owner; null for a log of an earlier release, which does not tell, or for one without records. */
    public @Nullable LogOwner owner() {
        return owner == null ? firstOpener : owner;
    }
}
