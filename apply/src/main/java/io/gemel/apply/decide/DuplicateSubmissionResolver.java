package io.gemel.apply.decide;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.TargetRows;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.SubmissionLedger;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.reason.Advice;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Resolves duplicate submissions before any row is applied: of an incoming transaction and a local one that it had not
 * seen, both of the same submission, one is superseded as a whole. One database transaction, which applies nothing
 * else; applying thread only.
 */
public final class DuplicateSubmissionResolver {
    private final TargetRows rows;
    private final WindowTransaction group;
    private final ApplyContext steps;
    private final ConflictRoom room;
    private final Set<RowKey> voidKeys = new HashSet<>();
    private @Nullable StampedChange voidClaim; // the incoming transaction's, when that is void
    private long rivalPosition;

    public DuplicateSubmissionResolver(
            TargetRows rows, WindowTransaction group, ApplyContext steps, ConflictRoom room) {
        this.rows = rows;
        this.group = group;
        this.steps = steps;
        this.room = room;
    }

    /**
     * Looks at how the incoming transaction begins: it claims its submission before it does anything else that is long.
     *
     * @param suspected keys known to be contested
     * @return changes of superseded local transactions, to be removed from their rows; empty when there are none
     */
    public List<StampedChange> open(List<StampedChange> firstPiece, Predicate<RowKey> suspected)
            throws ApplyFailure, InterruptedException {
        for (StampedChange change : firstPiece) {
            if (SubmissionLedger.isClaim(change.change())) {
                RowKey key = change.change().key();
                boolean contested = suspected.test(key)
                        || group.contested(key, change.header().seen());
                return contested ? judge(change, rivals(change, key)) : List.of();
            }
        }
        return List.of();
    }

    private List<StampedChange> rivals(StampedChange claim, RowKey key) throws ApplyFailure, InterruptedException {
        RowImage sample = claim.change().after();
        if (sample == null) {
            return List.of();
        }
        Map<RowKey, @Nullable RowImage> found = rows.lock(sample.shape(), List.of(sample));
        steps.awaitCapture();
        group.load(Set.of(key));
        if (found.get(key) == null) {
            rows.write(sample.shape(), Collections.singletonMap(key, null));
        }
        return group.rivalsOf(claim);
    }

    /**
     * Of each two the smaller is superseded. A superseded incoming one still supersedes smaller ones of this site, as
     * it does at its own site.
     */
    private List<StampedChange> judge(StampedChange claim, List<StampedChange> rivals) throws ApplyFailure {
        List<StampedChange> withdrawn = new ArrayList<>();
        for (StampedChange rival : rivals) {
            boolean incomingYields = SubmissionLedger.yields(claim, rival);
            if (incomingYields && voidClaim != null) {
                continue;
            }
            StampedChange winner = incomingYields ? rival : claim;
            Conflict conflict = new Conflict(
                    ConflictKind.SUBMISSION_VOID,
                    claim.change().key(),
                    rival,
                    claim,
                    null,
                    !incomingYields,
                    SubmissionLedger.POLICY);
            steps.decided(new JournalEntry(conflict, winner.change().after()));
            if (incomingYields) {
                voidClaim = claim;
                rivalPosition = rival.position();
            } else {
                withdrawn.addAll(group.localTransaction(rival.position(), room.bytesMax()));
                room.checkVoid(withdrawn);
                group.noteVoid(new SupersededNote(rival.origin(), rival.position(), rival.position(), Set.of()));
            }
        }
        refuseTruncate(withdrawn);
        return withdrawn;
    }

    /** Returns whether the incoming transaction is superseded. Then a piece of it is only noted, not applied. */
    public boolean isVoid(List<StampedChange> piece) throws ApplyFailure {
        if (voidClaim == null) {
            return false;
        }
        refuseTruncate(piece);
        piece.forEach(change -> voidKeys.add(change.change().key()));
        room.check(voidKeys.size());
        return true;
    }

    /** The incoming transaction was handed out completely. */
    public void close() {
        StampedChange claim = voidClaim;
        if (claim != null) {
            SiteId origin = claim.origin();
            group.noteVoid(new SupersededNote(origin, claim.position(), rivalPosition, voidKeys));
        }
    }

    private static void refuseTruncate(List<StampedChange> changes) throws ApplyFailure {
        for (StampedChange change : changes) {
            if (change.change() instanceof Change.Truncate truncate) {
                throw new ApplyFailure(
                        Kind.HALT,
                        Advice.APPLY_SUBMISSION_EMPTIED,
                        "a submission was executed twice, and the attempt at position " + change.position() + " of "
                                + change.origin() + ", which is superseded, had truncated table " + truncate.table()
                                + ": that cannot be taken back. Start the pair anew (docs/operate.md), and delete rows in submissions instead");
            }
        }
    }
}
