package io.gemel.apply.simulation;

import java.util.List;

/**
 * A wrong rule: each one looks reasonable and must be found out. It is planted into what surrounds the applier, or as a {@link Patch} into
 * the source of the rule itself.
 */
enum Fault {
    /** Of all changes of a row in flight only the last two are compared, not all folded. */
    PAIRWISE_RESOLUTION(Patch.conflict(
            "window.WindowEntry",
            "changes.subList(firstThatCounts(), changes.size())",
            "changes.subList(Math.max(0, changes.size() - 2), changes.size())")),
    /** A row counts as known to capture when it was written no later than the newest that capture has read, by the clock. */
    FAST_PATH_BY_COMMIT_TIME,
    /** A row counts as known to capture when it equals the incoming before image. */
    FAST_PATH_BY_BEFORE_IMAGE,
    /** Capture misses some markers' positions. */
    SEEN_TOO_LOW,
    /** {@code seen} is the applier's position when capture reads, not the one at the commit. */
    SEEN_AS_OF_READING,
    /** Heartbeats say what was applied, not what capture has read to be applied. */
    ACKNOWLEDGED_PAST_CAPTURE,
    /** The window lets go when transactions are received, not when they are committed. */
    PRUNED_BEFORE_COMMIT(Patch.apply(
            "BatchApplier",
            "        applied.begins(batch);",
            "        applied.begins(batch); applied.acknowledged(batch);")),
    /** The database's log was confirmed beyond the last published record: a restart skips markers. */
    SLOT_AHEAD_OF_LOG,
    /** After a restart the end of the log is published again at new positions. */
    DUPLICATE_AT_NEW_POSITION,
    /** The lock of a key without a row holds nobody back. */
    ABSENT_KEY_NOT_LOCKED,
    /** After a restart the window is made of the site's own log only. */
    ENTRIES_NOT_STORED,
    /** Entries are stored when they meet a conflict only; an acknowledgement changes them in memory alone. */
    STORED_ENTRIES_OUTDATED,
    /** A heartbeat takes a position of its own. */
    HEARTBEAT_TAKES_POSITION,
    /** Capture fills the window when it publishes, not when it reads. */
    REGISTERED_AT_PUBLISHING,
    /** A planned write asks whether capture has read its row's writer by now, not when the plan was made. */
    HORIZON_AFTER_THE_PLAN,
    /** An insert that nobody looked at is not looked up in the window again. */
    INSERT_LOOKED_UP_ONCE(Patch.apply(
            "BatchAttempt", "if (!untouched.contains(key) && window.contested(key, seen)) {", "if (false) {")),
    /** What such an insert met does not keep its transaction from emptying the table. */
    TRUNCATED_BEFORE_LOOKED_UP(Patch.apply(
            "BatchAttempt", "                return false; // an emptied", "                // an emptied")),
    /** A process of a site's name on another database opens the log before it asks whose it is, and publishes. */
    STRANGER_NOT_REFUSED,
    /** A process does not notice that another one has taken its log over. */
    NEWER_EPOCH_UNNOTICED,
    /** All processes of a site publish with one epoch. */
    EPOCH_NEVER_GROWS,
    /** Which row gives up a unique value is decided, but not published. */
    RELEASE_UNPUBLISHED(Patch.apply("decide.UniqueConflictResolver", "        steps.publish(release);", "")),
    /** A row that a published correction was written with counts as written by the applier. */
    CORRECTION_AS_APPLIER_WRITE,
    /** Capture publishes corrections as if they came before the marker of their transaction. */
    CORRECTION_BEFORE_MARKER,
    /** A row that comes back is not asked again whether what it refers to is there. */
    ORPHAN_COMES_BACK(Patch.apply("decide.OrphanRepair", "if (row.isNew() && ", "if (false && ")),
    /** A row that the other site gave another key is not asked whether what it refers to is there. */
    ORPHAN_MOVED(Patch.apply("decide.OrphanRepair", "if (table.removesOrphans() && isMoved(", "if (false && isMoved(")),
    /** Nobody looks for rows that refer to what a void transaction had inserted. */
    ORPHANS_OF_VOID_ROWS(Patch.apply(
            "decide.OrphanRepair",
            "if (row.isGone() && ",
            "if (row.isGone() && !row.change().origin().equals(group.local()) && ")),
    /** The site with the winning attempt sends the other one its rows, instead of both leaving the void attempt out. */
    REFRESH_INSTEAD_OF_VOID(
            Patch.apply(
                    "decide.DuplicateSubmissionResolver",
                    "withdrawn.addAll(group.localTransaction(rival.position(), room.bytesMax()));",
                    ""),
            Patch.apply(
                    "decide.DuplicateSubmissionResolver",
                    "group.noteVoid(new SupersededNote(rival.origin(), rival.position(), rival.position(), Set.of()));",
                    ""),
            Patch.apply(
                    "decide.DuplicateSubmissionResolver",
                    "piece.forEach(change -> voidKeys.add(change.change().key()));",
                    "for (StampedChange each : piece) {"
                            + " RowImage there = each.change().anyImage();"
                            + " RowImage here = rows.lock(there.shape(), List.of(there)).get(there.key());"
                            + " rows.write(there.shape(), Collections.singletonMap(there.key(), here));"
                            + " if (voidKeys.add(there.key())) {"
                            + " steps.publish(here == null ? new Change.Delete(there) : new Change.Insert(here));"
                            + " } }"),
            Patch.apply("decide.DuplicateSubmissionResolver", "if (claim != null) {", "if (false) {"),
            Patch.apply("AttemptContext", "if (!withdrawn && !window.rivalsOf(incoming).isEmpty()) {", "if (false) {")),
    /** Of two attempts the one that comes in is void, whichever it is. */
    LATECOMER_IS_VOID(
            Patch.apply("decide.DuplicateSubmissionResolver", "SubmissionLedger.yields(claim, rival);", "true;")),
    /** Of several attempts of this site at one submission only the last is looked at. */
    LAST_RIVAL_ONLY(Patch.apply(
            "decide.DuplicateSubmissionResolver",
            "for (StampedChange rival : rivals) {",
            "for (StampedChange rival : rivals.subList(Math.max(0, rivals.size() - 1), rivals.size())) {")),
    /** A local transaction that is void keeps its rows. */
    VOID_ROWS_KEPT(Patch.apply(
            "decide.DuplicateSubmissionResolver",
            "withdrawn.addAll(group.localTransaction(rival.position(), room.bytesMax()));",
            "withdrawn.add(rival);")),
    /** After a restart nothing is known of void transactions. */
    VOID_NOTES_NOT_STORED,
    /** After a restart void transactions come back into the window. */
    VOID_REBUILT_INTO_WINDOW,
    /** Attempts at one submission that meet late are two changes of a row as any other. */
    SUBMISSION_LOOKED_UP_ONCE(
            Patch.apply("AttemptContext", "if (!withdrawn && !window.rivalsOf(incoming).isEmpty()) {", "if (false) {")),
    /** A locked row is looked up although capture may not have read who wrote it. */
    CAPTURE_NOT_AWAITED(Patch.apply(
            "BatchAttempt", "lockAll(changes);\n" + "        context.awaitCapture();", "lockAll(changes);")),
    /** Rows that collide are compared although capture may not have read who wrote them. */
    COLLISION_NOT_AWAITED(Patch.apply(
            "decide.UniqueConflictResolver",
            "takeOut(LockImages.of(changes));\n" + "        steps.awaitCapture();",
            "takeOut(LockImages.of(changes));")),
    /** A batch whose commit was not answered is tried again. */
    ANSWER_LOST_TRIED_AGAIN(Patch.apply(
            "Escalation",
            "case RESTART -> new Step(Action.GIVE_UP, made, why);\n" + "            case RETRY ->",
            "case RESTART, RETRY ->")),
    /** Harmless: of rows that collide the weakest keeps the value. Both sites end alike whoever loses. */
    WEAKEST_KEEPS(Patch.apply(
            "decide.UniqueConflictResolver",
            ".thenComparing(claim -> claim.key().toString())\n" + "                .reversed();",
            ".thenComparing(claim -> claim.key().toString());"));

    private final List<Patch> patches;

    Fault(Patch... patches) {
        this.patches = List.of(patches);
    }

    /** Where the shipped source is changed; nowhere when the fault is in the surroundings. */
    List<Patch> patches() {
        return patches;
    }
}
