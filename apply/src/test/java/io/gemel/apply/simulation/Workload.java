package io.gemel.apply.simulation;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A random local transaction on top of a site's present rows. */
final class Workload {
    private static final int VALUES = 90;
    private static final double CLAIMING = .3;
    private static final double DECLINING = .3;
    private static final List<String> UNIQUE_VALUES = List.of("u0", "u1");

    private final Configuration configuration;
    private final SimulatedDatabase database;
    private final SplittableRandom random;
    private final List<Change> changes = new ArrayList<>();
    private final Map<String, @Nullable RowImage> view = new HashMap<>();
    private boolean claims;

    private Workload(Configuration configuration, SimulatedDatabase database, long seed) {
        this.configuration = configuration;
        this.database = database;
        random = new SplittableRandom(seed);
    }

    static List<Change> transaction(Configuration configuration, SimulatedDatabase database, long seed, int size) {
        Workload workload = new Workload(configuration, database, seed);
        if (!workload.isDeclined()) {
            for (int i = 0; i < size; i++) {
                workload.act();
            }
        }
        return workload.changes;
    }

    /**
     * May claim the next submission that this site knows nothing of, or only that it was declined: perhaps the other one is at it, too.
     *
     * @return whether it is declined, and nothing else is done
     */
    private boolean isDeclined() {
        claims = configuration.has(Setting.SUBMISSIONS) && random.nextDouble() < CLAIMING;
        if (!claims) {
            return false;
        }
        int number = 0;
        RowImage row = database.image(Submission.key(number));
        while (row != null && !Submission.isDeclined(row)) {
            number++;
            row = database.image(Submission.key(number));
        }
        int attempt = random.nextInt(1, 4);
        if (row != null) {
            changes.add(new Change.Delete(row));
            attempt += Submission.attempt(row);
        }
        boolean declined = random.nextDouble() < DECLINING;
        changes.add(declined ? Submission.decline(number, attempt) : Submission.claim(number, attempt));
        return declined;
    }

    private void act() {
        String id = anyKey();
        RowImage row = row(id);
        double dice = random.nextDouble();
        if (configuration.has(Setting.TRUNCATE) && dice >= .94 && !claims) {
            truncate();
        } else if (row == null) {
            change(id, null, fresh(id));
        } else if (dice < .15) {
            detach(id);
            change(id, row, null);
        } else if (dice < .25 && !isReferredTo(id)) {
            rename(id, row);
        } else if (configuration.unique() && dice < .4) {
            swap(id, row);
        } else {
            change(id, row, updated(row));
        }
    }

    private String anyKey() {
        List<String> keys = configuration.keys();
        return keys.get(random.nextInt(keys.size()));
    }

    private @Nullable RowImage row(String id) {
        RowKey key = Item.key(id);
        return view.containsKey(id) ? view.get(id) : database.image(key);
    }

    private RowImage fresh(String id) {
        RowImage row = Item.row(id, random.nextInt(VALUES), random.nextInt(VALUES), random.nextInt(1, 9) * 1000L);
        return configuration.unique() || configuration.linked() ? row.with(Item.U, valueOfU(id)) : row;
    }

    private @Nullable String valueOfU(String id) {
        if (configuration.linked()) {
            return present(id);
        }
        return configuration.unique() ? free(id) : random.nextBoolean() ? null : "u" + random.nextInt(2);
    }

    /** A row to refer to, or null when it so happens. */
    private @Nullable String present(String id) {
        List<String> present = configuration.keys().stream()
                .filter(other -> !other.equals(id) && row(other) != null)
                .toList();
        boolean none = present.isEmpty() || random.nextInt(4) == 0;
        return none ? null : present.get(random.nextInt(present.size()));
    }

    private boolean isReferredTo(String id) {
        return configuration.linked()
                && configuration.keys().stream().map(this::row).anyMatch(row -> refers(row, id));
    }

    private static boolean refers(@Nullable RowImage row, String id) {
        return row != null && id.equals(Item.unique(row));
    }

    /** Before a row goes, those that refer to it no longer do, or go, too. */
    private void detach(String id) {
        if (!configuration.linked()) {
            return;
        }
        for (String other : configuration.keys()) {
            RowImage row = row(other);
            if (refers(row, id) && row != null && !other.equals(id)) {
                boolean goes = random.nextBoolean() && !isReferredTo(other);
                change(other, row, goes ? null : row.with(Item.U, null));
            }
        }
    }

    /** A unique value that no other row has, or null when it so happens. */
    private @Nullable String free(String id) {
        List<String> free = new ArrayList<>(UNIQUE_VALUES);
        for (String other : configuration.keys()) {
            RowImage row = row(other);
            if (row != null && !other.equals(id)) {
                free.remove(row.value(Item.U));
            }
        }
        boolean none = free.isEmpty() || random.nextInt(4) == 0;
        return none ? null : free.get(random.nextInt(free.size()));
    }

    /** Two rows exchange their unique values. */
    private void swap(String id, RowImage row) {
        String otherId = anyKey();
        RowImage other = row(otherId);
        if (other == null || id.equals(otherId)) {
            return;
        }
        RowImage cleared = row.with(Item.U, null);
        change(id, row, cleared);
        change(otherId, other, other.with(Item.U, row.value(Item.U)));
        change(id, cleared, row.with(Item.U, other.value(Item.U)));
    }

    private RowImage updated(RowImage row) {
        RowImage after = row;
        int columns = random.nextInt(1, 4);
        for (int i = 0; i < columns; i++) {
            int column = configuration.unique() && random.nextBoolean() ? Item.U : random.nextInt(Item.X, Item.N + 1);
            if (column == Item.N) {
                after = Item.with(after, Item.N, Item.number(row, Item.N) + random.nextInt(1, 40));
            } else if (column == Item.U) {
                after = after.with(Item.U, valueOfU(row.key().values().get(0)));
            } else {
                after = Item.with(after, column, random.nextInt(VALUES));
            }
        }
        return after;
    }

    /** A primary-key update is a delete and an insert. */
    private void rename(String id, RowImage row) {
        String other = anyKey();
        if (row(other) == null) {
            change(id, row, null);
            change(other, null, row.with(0, other));
        }
    }

    private void truncate() {
        changes.add(new Change.Truncate(Item.SHAPE));
        configuration.keys().forEach(id -> view.put(id, null));
    }

    private void change(String id, @Nullable RowImage before, @Nullable RowImage after) {
        if (after == null && before != null) {
            changes.add(new Change.Delete(before));
        } else if (before == null && after != null) {
            changes.add(new Change.Insert(after));
        } else if (before != null && after != null) {
            changes.add(new Change.Update(before, after));
        }
        view.put(id, after);
    }
}
