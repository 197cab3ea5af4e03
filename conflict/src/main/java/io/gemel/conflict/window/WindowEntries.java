package io.gemel.conflict.window;

import io.gemel.conflict.PolicyTable;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of the window that met a conflict, and which of them are stored otherwise than they are. Not thread-safe: the window guards it. */
final class WindowEntries {
    private final SiteId local;
    private final PolicyTable policies;
    private final Map<RowKey, WindowEntry> entries = new HashMap<>();
    private long bytes;
    private final Set<RowKey> outdated = new HashSet<>(); // keys whose stored entry no longer is what is here

    WindowEntries(SiteId local, PolicyTable policies) {
        this.local = local;
        this.policies = policies;
    }

    @Nullable
    WindowEntry get(RowKey key) {
        return entries.get(key);
    }

    boolean contains(RowKey key) {
        return entries.containsKey(key);
    }

    Set<RowKey> keysOf(TableId table) {
        Set<RowKey> keys = new HashSet<>();
        for (RowKey key : entries.keySet()) {
            if (key.table().equals(table)) {
                keys.add(key);
            }
        }
        return keys;
    }

    void restore(RowKey key, EntryCodec.Decoded stored) {
        put(
                key,
                new WindowEntry(
                        policies.policyFor(key.table()), stored.base(), stored.changes(), stored.lastIncoming()));
    }

    private void put(RowKey key, WindowEntry entry) {
        bytes += entry.bytes() - bytesOf(entries.put(key, entry));
    }

    private static long bytesOf(@Nullable WindowEntry entry) {
        return entry == null ? 0 : entry.bytes();
    }

    /** About how many bytes of memory they take. */
    long bytes() {
        return bytes;
    }

    /** Adds a local change to the entries that it concerns: its key's, or all of a table that it empties. */
    void add(StampedChange change) {
        if (change.change() instanceof Change.Truncate) {
            entries.forEach((key, entry) -> {
                if (key.table().equals(change.change().table())) {
                    add(entry, change);
                }
            });
            return;
        }
        WindowEntry entry = entries.get(change.change().key());
        if (entry != null) {
            add(entry, change);
        }
    }

    private void add(WindowEntry entry, StampedChange change) {
        if (!entry.reaches(change)) {
            long before = entry.bytes();
            entry.insert(change);
            bytes += entry.bytes() - before;
        }
    }

    /** As {@link WindowTransaction#toStore}. */
    Map<RowKey, WindowEntry> toStore(Map<RowKey, WindowEntry> touched, long seen) {
        Map<RowKey, WindowEntry> after = new HashMap<>(touched);
        entries.forEach((key, entry) -> {
            if (outdated.contains(key) || entry.prunable(local, seen)) {
                after.putIfAbsent(key, entry);
            }
        });
        after.replaceAll((key, entry) -> {
            WindowEntry copy = entry.copy();
            copy.prune(local, seen);
            return copy;
        });
        for (RowKey key : outdated) {
            after.computeIfAbsent(key, gone -> WindowEntry.empty(policies.policyFor(gone.table())));
        }
        return after;
    }

    /** Takes over what a group touched; an entry whose changes all belonged to a superseded transaction is removed. */
    void take(Map<RowKey, WindowEntry> touched) {
        touched.forEach((key, entry) -> {
            if (entry.isEmpty()) {
                bytes -= bytesOf(entries.remove(key));
            } else {
                put(key, entry);
            }
        });
    }

    /** Everything is stored as it is here. */
    void stored() {
        outdated.clear();
    }

    void prune(long acknowledged) {
        for (Iterator<Map.Entry<RowKey, WindowEntry>> each = entries.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<RowKey, WindowEntry> entry = each.next();
            if (entry.getValue().prunable(local, acknowledged)) {
                outdated.add(entry.getKey());
                bytes -= entry.getValue().bytes();
                if (entry.getValue().prune(local, acknowledged)) {
                    bytes += entry.getValue().bytes();
                } else {
                    each.remove();
                }
            }
        }
    }
}
