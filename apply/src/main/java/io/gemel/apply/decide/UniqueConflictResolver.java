package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetRows;
import io.gemel.apply.target.TargetRows.Collision;
import io.gemel.apply.target.UniqueKey;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableShape;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Applies changes of rows that collide with others on a unique key other than the primary key. Only final images are
 * checked, so values moved between the rows of one transaction do not collide. All rows involved are removed from their
 * tables and written back one after the other, the one with the latest change first; a row whose value is taken gives
 * it up, and that is published as a change of this site. One database transaction; applying thread only.
 */
public final class UniqueConflictResolver {
    /** A row that wants its place in the table, and the change that it owes its state to. */
    private record Claim(RowImage image, StampedChange change) {
        static final Comparator<Claim> STRONGEST_FIRST = Comparator.comparing(
                        (Claim claim) -> claim.change().header().version())
                .thenComparing(claim -> claim.key().toString())
                .reversed();

        TableShape shape() {
            return image.shape();
        }

        RowKey key() {
            return image.key();
        }
    }

    private final TargetRows rows;
    private final WindowTransaction group;
    private final ApplyContext steps;
    private final Map<RowKey, @Nullable RowImage> out = new LinkedHashMap<>();
    private final Queue<Claim> claims = new PriorityQueue<>(Claim.STRONGEST_FIRST);
    private final Map<RowKey, StampedChange> last = new HashMap<>();
    private final Map<RowKey, Claim> placed = new HashMap<>();

    public UniqueConflictResolver(TargetRows rows, WindowTransaction group, ApplyContext steps) {
        this.rows = rows;
        this.group = group;
        this.steps = steps;
    }

    /** Applies changes of rows, no truncates, in log order; their rows stay out of the tables until {@link #place}. */
    public void apply(List<StampedChange> changes) throws ApplyFailure, InterruptedException {
        takeOut(LockImages.of(changes));
        steps.awaitCapture();
        group.load(out.keySet());
        for (StampedChange change : changes) {
            RowKey key = change.change().key();
            out.put(key, steps.resolve(change, out.get(key)));
            last.put(key, change);
        }
    }

    /** Rows that are out of their tables, as the changes so far leave them; null for one that is gone. A truncate is applied to it. */
    public Map<RowKey, @Nullable RowImage> out() {
        return out;
    }

    /** Writes all rows back. */
    public void place() throws ApplyFailure, InterruptedException {
        out.forEach((key, image) -> {
            if (image != null) {
                claims.add(claim(image, last.get(key)));
            }
        });
        for (Claim next = claims.poll(); next != null; next = claims.poll()) {
            place(next);
        }
    }

    /** Takes out the rows of these keys and those with values that they are to have, and locks the keys that are absent. */
    private void takeOut(Map<TableShape, Map<RowKey, RowImage>> samples) throws ApplyFailure {
        for (Map.Entry<TableShape, Map<RowKey, RowImage>> table : samples.entrySet()) {
            TableShape shape = table.getKey();
            Collection<RowImage> images = table.getValue().values();
            Map<RowKey, RowImage> present = rows.takeOut(shape, table.getValue().keySet());
            out.putAll(present);
            out.putAll(rows.takeOut(shape, others(rows.collisions(shape, List.copyOf(images)))));
            for (RowImage sample : images) {
                if (!out.containsKey(sample.key())) {
                    rows.holdAbsent(sample);
                    out.put(sample.key(), null);
                }
            }
        }
    }

    private static Set<RowKey> others(List<Collision> collisions) {
        return collisions.stream().map(Collision::other).collect(Collectors.toSet());
    }

    /** Without a change in flight a row is older than all that have one. */
    private Claim claim(RowImage image, @Nullable StampedChange incoming) {
        StampedChange latest = group.latestChange(image.key());
        StampedChange change = latest != null ? latest : incoming;
        return new Claim(image, change != null ? change : StampedChange.settled(group.local(), image));
    }

    private void place(Claim claim) throws ApplyFailure, InterruptedException {
        List<Collision> collisions = rows.collisions(claim.shape(), List.of(claim.image()));
        Set<RowKey> others = others(collisions);
        if (others.isEmpty()) {
            rows.write(claim.shape(), Collections.singletonMap(claim.key(), claim.image()));
            placed.put(claim.key(), claim);
            return;
        }
        Collision first = collisions.get(0);
        Claim winner = placed.get(first.other());
        if (winner != null && placed.keySet().containsAll(others)) {
            release(claim, first.key(), winner, others.size());
        } else {
            challenge(claim, others);
        }
    }

    /** Rows that were not checked yet must be compared. */
    private void challenge(Claim claim, Set<RowKey> others) throws ApplyFailure, InterruptedException {
        Set<RowKey> unknown = new HashSet<>(others);
        unknown.removeAll(placed.keySet());
        Map<RowKey, RowImage> taken = rows.takeOut(claim.shape(), unknown);
        if (taken.isEmpty()) {
            throw new ApplyFailure(
                    Kind.RETRY, "row " + claim.key() + " collides with rows " + others + ", which cannot be found");
        }
        steps.awaitCapture();
        group.load(taken.keySet());
        taken.values().forEach(image -> claims.add(claim(image, null)));
        claims.add(claim);
    }

    /** The claim is the weaker one: it gives the value up and tries again with what is left of it. */
    private void release(Claim claim, UniqueKey key, Claim winner, int others) {
        TablePolicy policy = group.policyFor(claim.shape().table());
        Change.Release release = key.release(claim.image(), policy.removesUniqueLosers());
        steps.decided(new JournalEntry(
                Conflict.between(
                        others > 1 ? ConflictKind.MULTIPLE_UNIQUE_CONFLICTS : ConflictKind.UNIQUE_EXISTS,
                        group.local(),
                        winner.change(),
                        claim.key(),
                        claim.change(),
                        policy.name()),
                release.after()));
        steps.publish(release);
        RowImage left = release.after();
        if (left != null) {
            claims.add(new Claim(left, claim.change()));
        }
    }
}
