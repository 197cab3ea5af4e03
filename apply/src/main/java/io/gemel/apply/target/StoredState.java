package io.gemel.apply.target;

import io.gemel.conflict.window.EntryCodec;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowKey;
import java.util.List;
import java.util.function.Consumer;

/** State that earlier processes stored in the database for the next one. Applying thread only. */
public interface StoredState {
    /** An entry of the window that an earlier process stored. */
    record StoredEntry(RowKey key, EntryCodec.Decoded entry) {}

    /** The newest marker, or {@link Marker#none}. */
    Marker marker() throws ApplyFailure;

    /** Hands over each entry that is stored; only one of them is in memory. */
    void forEachEntry(Consumer<StoredEntry> action) throws ApplyFailure;

    /** Void transactions that an earlier process noted. */
    List<SupersededNote> voids() throws ApplyFailure;
}
