package io.gemel.apply;

import io.gemel.conflict.EntryCodec;
import io.gemel.conflict.VoidNote;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import java.util.List;

/** What earlier processes left in the database for the next one. Applying thread only. */
interface Recollection {
    /** An entry of the window that an earlier process stored. */
    record StoredEntry(RowKey key, EntryCodec.Decoded entry) {}

    /** The newest marker, or {@link Marker#none}. */
    Marker marker() throws ApplyFailure;

    List<StoredEntry> storedEntries() throws ApplyFailure;

    /** Void transactions that an earlier process noted. */
    List<VoidNote> voids() throws ApplyFailure;
}
