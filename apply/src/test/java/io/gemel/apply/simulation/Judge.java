package io.gemel.apply.simulation;

import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.conflict.SubmissionLedger;
import io.gemel.conflict.window.SupersededNote;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides, before any row, what becomes of an incoming transaction that carries out the same submission as local ones which it
 * had not seen: of each two one is void as a whole.
 */
final class Judge {
    private final Configuration configuration;
    private final RowLocks locks;
    private final Set<RowKey> suspects;

    /** @param suspects keys known to be contested */
    Judge(Configuration configuration, RowLocks locks, Set<RowKey> suspects) {
        this.configuration = configuration;
        this.locks = locks;
        this.suspects = suspects;
    }

    /** Looks at the single transaction that was opened; false when capture must read on first. */
    boolean open(ApplyTransaction transaction) {
        for (StampedChange change : transaction.work()) {
            if (Submission.isClaim(change.change())) {
                return open(transaction, change);
            }
        }
        return true;
    }

    private boolean open(ApplyTransaction transaction, StampedChange claim) {
        RowKey key = claim.change().key();
        boolean suspected = configuration.has(Fault.REFRESH_INSTEAD_OF_VOID)
                || suspects.contains(key)
                || transaction.group().contested(key, claim.header().seen());
        if (!suspected) {
            return true;
        }
        if (!locks.acquireSlowly(transaction, key)) {
            return false;
        }
        List<StampedChange> rivals = transaction.group().rivalsOf(claim);
        if (configuration.has(Fault.LAST_RIVAL_ONLY) && !rivals.isEmpty()) {
            rivals = rivals.subList(rivals.size() - 1, rivals.size());
        }
        judge(transaction, claim, rivals);
        return true;
    }

    private void judge(ApplyTransaction transaction, StampedChange claim, List<StampedChange> rivals) {
        List<StampedChange> withdrawn = new ArrayList<>();
        boolean isVoid = false;
        for (StampedChange rival : rivals) {
            boolean incomingYields =
                    configuration.has(Fault.LATECOMER_IS_VOID) || SubmissionLedger.yields(claim, rival);
            if (configuration.has(Fault.REFRESH_INSTEAD_OF_VOID)) {
                if (incomingYields) {
                    refresh(transaction);
                }
                return;
            }
            if (incomingYields && isVoid) {
                continue;
            }
            transaction.conflicts().add(conflict(claim, rival, incomingYields));
            if (incomingYields) {
                isVoid = true;
                Set<RowKey> keys = new HashSet<>();
                transaction.work().forEach(change -> keys.add(change.change().key()));
                transaction
                        .group()
                        .noteVoid(new SupersededNote(claim.origin(), claim.position(), rival.position(), keys));
            } else {
                transaction
                        .group()
                        .noteVoid(new SupersededNote(rival.origin(), rival.position(), rival.position(), Set.of()));
                List<StampedChange> changes = transaction.group().localTransaction(rival.position(), Long.MAX_VALUE);
                withdrawn.addAll(configuration.has(Fault.VOID_ROWS_KEPT) ? List.of(rival) : changes);
            }
        }
        if (isVoid) {
            transaction.skip();
        }
        transaction.withdraw(withdrawn);
    }

    private static Conflict conflict(StampedChange claim, StampedChange rival, boolean incomingYields) {
        return new Conflict(
                ConflictKind.SUBMISSION_VOID,
                claim.change().key(),
                rival,
                claim,
                null,
                !incomingYields,
                SubmissionLedger.POLICY);
    }

    /** The tempting simpler rule: what the loser wrote is overwritten with what the winner's site has. */
    private static void refresh(ApplyTransaction transaction) {
        Set<RowKey> keys = new HashSet<>();
        for (StampedChange stamped : List.copyOf(transaction.work())) {
            Change change = stamped.change();
            RowKey key = change.key();
            transaction.lock(key);
            RowImage here = transaction.image(key);
            RowImage there = change.after() != null ? change.after() : change.before();
            if (keys.add(key) && here != null) {
                transaction.corrections().add(new Change.Insert(here));
            } else if (here == null && there != null) {
                transaction.corrections().add(new Change.Delete(there));
            }
        }
        transaction.skip();
    }
}
