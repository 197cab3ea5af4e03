package io.gemel.router.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Things with a deadline. They have the same time, so that they fall due in the order in which they came; when that time is made shorter,
 * those that came before are put in order. Confined to one thread.
 */
final class ExpiryQueue<T> {
    private final Map<T, Long> due = new LinkedHashMap<>();
    private long lastMillis;

    void add(T thing, long dueMillis) {
        boolean early = dueMillis < lastMillis && !due.isEmpty();
        due.put(thing, dueMillis);
        if (early) {
            sort();
        } else {
            lastMillis = dueMillis;
        }
    }

    private void sort() {
        List<Map.Entry<T, Long>> sorted = new ArrayList<>();
        due.forEach((thing, at) -> sorted.add(Map.entry(thing, at)));
        sorted.sort(Map.Entry.comparingByValue());
        due.clear();
        sorted.forEach(each -> due.put(each.getKey(), each.getValue()));
    }

    void remove(T thing) {
        due.remove(thing);
    }

    /** Takes the first that is due; null when none is. */
    @Nullable
    T pollDue(long nowMillis) {
        if (due.isEmpty()) {
            return null;
        }
        Map.Entry<T, Long> first = due.entrySet().iterator().next();
        if (first.getValue() > nowMillis) {
            return null;
        }
        due.remove(first.getKey());
        return first.getKey();
    }
}
