package io.gemel.apply;

import io.gemel.apply.decide.ParkingNotices;
import io.gemel.apply.decide.Repairs;
import io.gemel.apply.decide.Settlement;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.apply.target.ParkedStore.Decision;
import io.gemel.apply.target.TargetDatabase;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.Reasons;
import io.gemel.transaction.AllRows;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Transactions that are set aside for a person, with the later ones that touch their rows. Both sites know of each: the one that
 * parks publishes it, and from then on neither applies anything of the other to these rows. A decision at either site is
 * published as the rows' new state, and ends it at both. Applying thread only, but for {@link #size}.
 */
final class Parking {
    private final SiteId site;
    private final int parkedMax;
    private final TargetDatabase database;
    private final BatchTransactions transactions;
    private final Repairs repairs;
    private final Reasons reasons;
    private Map<Long, Set<RowKey>> parked = Map.of();
    private ParkedRows rows = new ParkedRows();
    private volatile int size;

    /** @param parkedMax most transactions set aside; with more the applier halts instead */
    Parking(
            SiteId site,
            int parkedMax,
            TargetDatabase database,
            BatchTransactions transactions,
            Repairs repairs,
            Reasons reasons) {
        this.site = site;
        this.parkedMax = parkedMax;
        this.database = database;
        this.transactions = transactions;
        this.repairs = repairs;
        this.reasons = reasons;
    }

    /** Reads what is parked; at the start and whenever that has changed. */
    void load() throws ApplyFailure {
        parked = database.parked().rows();
        ParkedRows all = new ParkedRows();
        parked.values().forEach(all::add);
        rows = all;
        size = parked.size();
    }

    /** Transactions set aside, at either site; any thread. */
    int size() {
        return size;
    }

    /** Returns whether any change of a batch touches an undecided row, so that its transaction must be parked, too. */
    boolean touches(Batch batch) throws ApplyFailure, InterruptedException {
        if (parked.isEmpty()) {
            return false;
        }
        boolean[] held = {false};
        batch.forEach(piece -> {
            boolean decided = false; // a truncate behind a notice that all rows are decided
            for (StampedChange each : piece) {
                Change change = each.change();
                boolean truncates = change instanceof Change.Truncate;
                held[0] |= !ParkingNotices.isNotice(change)
                        && !(truncates && decided)
                        && rows.touch(truncates ? AllRows.key(change.table()) : change.key());
                decided = change instanceof Change.Settle && AllRows.areMeant(change);
            }
            return !held[0];
        });
        return held[0];
    }

    /** Sets a transaction aside, and commits that with its marker. What is parked must be read again then. */
    void park(Transaction transaction, Marker marker, String reason, List<JournalEntry> journal)
            throws ApplyFailure, InterruptedException {
        if (parked.size() >= parkedMax) {
            throw new ApplyFailure(
                    Kind.HALT,
                    Advice.APPLY_PARKED_FULL,
                    parked.size()
                            + " transactions are parked, as many as parked.transactions.max allows, and this one cannot"
                            + " be applied either: " + reason
                            + ". Fix the common cause, list them with 'gemel parked FILE list' and decide with 'gemel parked FILE retry ID' or 'gemel parked FILE discard ID'");
        }
        List<Change> notices = new ArrayList<>();
        Map<RowKey, RowImage> touched = new LinkedHashMap<>();
        for (Change change : transaction.changes()) {
            RowImage image = change.anyImage();
            RowImage held = image == null ? AllRows.image(change.shape()) : image;
            touched.putIfAbsent(held.key(), held);
        }
        touched.values()
                .forEach(image ->
                        notices.add(new Change.Park(image, transaction.header().position())));
        transactions.transact(marker, (target, window) -> {
            target.park(
                    transaction.header().origin(),
                    transaction.header().position(),
                    reason,
                    transaction,
                    touched.keySet());
            target.journal(journal);
            target.emit(notices);
        });
    }

    /** Carries out what was decided since. */
    void decide(Marker marker) throws ApplyFailure, InterruptedException {
        if (parked.isEmpty()) {
            return;
        }
        for (Map.Entry<Long, Decision> decision : database.parked().decisions().entrySet()) {
            Set<Long> component = component(decision.getKey());
            if (component.isEmpty()) {
                reasons.over(ReasonCode.APPLY_DECISION_WAIT, String.valueOf(decision.getKey()));
                continue; // decided together with another one
            }
            try {
                carryOut(component, decision.getValue(), marker);
            } catch (ApplyFailure e) {
                if (e.kind() == Kind.RESTART) {
                    throw e;
                }
                if (e.kind() == Kind.RETRY) {
                    String why = "the decision about parked transaction " + decision.getKey()
                            + " cannot be executed yet: " + e.getMessage();
                    reasons.waiting(ReasonCode.APPLY_DECISION_WAIT, String.valueOf(decision.getKey()), () -> why);
                    return; // a row is locked, say: the decision stands
                }
                database.parked().refuse(decision.getKey(), String.valueOf(e.getMessage()));
            }
            reasons.over(ReasonCode.APPLY_DECISION_WAIT, String.valueOf(decision.getKey()));
            load();
        }
    }

    /** The transaction and all that hang together with it by rows that they share. */
    private Set<Long> component(long id) {
        Set<Long> component = new HashSet<>();
        ParkedRows shared = new ParkedRows();
        shared.add(parked.getOrDefault(id, Set.of()));
        boolean grown = parked.containsKey(id);
        while (grown) {
            grown = false;
            for (Map.Entry<Long, Set<RowKey>> each : parked.entrySet()) {
                if (!component.contains(each.getKey())
                        && each.getValue().stream().anyMatch(shared::touch)) {
                    component.add(each.getKey());
                    shared.add(each.getValue());
                    grown = true;
                }
            }
        }
        return component;
    }

    private void carryOut(Set<Long> component, Decision decision, Marker marker)
            throws ApplyFailure, InterruptedException {
        database.forgetTables(); // somebody may have altered them so that the rows fit
        repairs.halted();
        repairs.refresh();
        Settlement settlement = settlement(component, decision);
        try {
            settle(settlement, marker, false);
        } catch (ApplyFailure e) {
            boolean refused = e.kind() == Kind.PARK || e.kind() == Kind.SCHEMA;
            if (!refused || decision == Decision.RETRY) {
                throw e;
            }
            // A row that is absent cannot even be locked by inserting it. It stays as it is: absent.
            settle(settlement, marker, true);
        }
    }

    private Settlement settlement(Set<Long> component, Decision decision) throws ApplyFailure {
        Set<RowKey> open = new HashSet<>();
        component.forEach(id -> open.addAll(parked.getOrDefault(id, Set.of())));
        Settlement settlement = new Settlement(open);
        for (Transaction transaction : database.parked().transactions(component)) {
            boolean theirs =
                    decision == Decision.RETRY && !transaction.header().origin().equals(site);
            for (Change change : transaction.changes()) {
                settlement.note(
                        repairs.gone().leftOutOf(change), transaction.header().position(), theirs);
            }
        }
        return settlement;
    }

    private void settle(Settlement settlement, Marker marker, boolean byTable)
            throws ApplyFailure, InterruptedException {
        transactions.transact(marker, (target, window) -> settlement.carryOut(target, byTable));
    }
}
