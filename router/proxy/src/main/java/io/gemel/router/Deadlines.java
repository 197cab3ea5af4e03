package io.gemel.router;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Things with a deadline, all of which have the same time, so that they fall due in the order in which they came. Confined to one thread. */
final class Deadlines<T> {
    private final Map<T, Long> due = new LinkedHashMap<>();

    void add(T thing, long dueMillis) {
        due.put(thing, dueMillis);
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
