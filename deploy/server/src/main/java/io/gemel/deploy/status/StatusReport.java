package io.gemel.deploy.status;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.gemel.reason.ReasonCode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every figure of one site at one moment, as its JSON has it; {@link StatusFigures} has the names in the other outputs. Counters count since the
 * process started. Immutable.
 *
 * @param site the site's name
 * @param state the worse of both sides' states
 * @param leader whether this process is the one of its site that works
 * @param capture the capturing side
 * @param apply the applying side
 * @param window the in-flight window
 * @param gate whether VMs may work here
 * @param conflicts what was decided
 * @param clock this machine's clock
 * @param reasons what is in the way now; a report of an older process has none
 */
public record StatusReport(
        String site,
        SideState state,
        boolean leader,
        Capture capture,
        Apply apply,
        Window window,
        Gate gate,
        Conflicts conflicts,
        Clock clock,
        List<Reason> reasons) {
    public StatusReport {
        reasons = List.copyOf(Objects.requireNonNullElse(reasons, List.of()));
    }

    /** Puts a report together; the site's state follows from the sides'. */
    public static StatusReport of(
            String site,
            boolean leader,
            Capture capture,
            Apply apply,
            Window window,
            Gate gate,
            Conflicts conflicts,
            Clock clock,
            List<Reason> reasons) {
        SideState worse = capture.state().compareTo(apply.state()) > 0 ? capture.state() : apply.state();
        return new StatusReport(site, worse, leader, capture, apply, window, gate, conflicts, clock, reasons);
    }

    /** Why the site is not running, from whichever side says so; empty when neither does. */
    public String reason() {
        return capture.reason().isEmpty() ? apply.reason() : capture.reason();
    }

    /** Whether the site captures and applies, and nothing stops either. */
    @JsonIgnore
    public boolean isReady() {
        return state == SideState.RUNNING && reasons.stream().noneMatch(Reason::stops);
    }

    /** Every text that says why the site is not ready, each once. */
    List<String> blockers() {
        Stream<String> sides = Stream.of(capture.reason(), apply.reason()).filter(text -> !text.isEmpty());
        Stream<String> stopping = reasons.stream().filter(Reason::stops).map(Reason::text);
        return Stream.concat(state == SideState.RUNNING ? Stream.of() : sides, stopping)
                .distinct()
                .toList();
    }

    /**
     * One reason that holds.
     *
     * @param code its kind, for example {@code apply.lock-wait}
     * @param subject what it is about, when there may be several of a kind; empty otherwise
     * @param text what is the matter, and what to do about it
     * @param since when it began, ISO 8601
     * @param stops whether the site is not ready because of it
     */
    public record Reason(String code, String subject, String text, String since, boolean stops) {}

    /** What the reasons come to, as figures. */
    public record ReasonSummary(List<Reason> reasons) {
        /** Their texts by code and subject. */
        public Map<String, String> present() {
            Map<String, String> texts = new TreeMap<>();
            reasons.forEach(reason -> texts.put((reason.code() + " " + reason.subject()).strip(), reason.text()));
            return texts;
        }

        /** Tables that are not replicated because they break a rule. */
        public long tablesRefused() {
            return count(ReasonCode.TABLE_REFUSED);
        }

        /** Tables and partitions that are not set up for replication. */
        public long tablesUnprepared() {
            return count(ReasonCode.TABLE_UNPREPARED);
        }

        long count(ReasonCode code) {
            return reasons.stream()
                    .filter(reason -> reason.code().equals(code.code()))
                    .count();
        }
    }

    /**
     * The capturing side.
     *
     * @param state what it does
     * @param reason why it does not run; empty when it does
     * @param capturedTransactions local transactions read from the database's log
     * @param capturedChanges row changes in them
     * @param publishedPosition last position in this site's log; 0 before the first
     * @param lagMillis age of the oldest captured transaction that is not yet published
     * @param walRetainedBytes database log that the server keeps for the slot
     */
    public record Capture(
            SideState state,
            String reason,
            long capturedTransactions,
            long capturedChanges,
            long publishedPosition,
            long lagMillis,
            long walRetainedBytes) {}

    /**
     * The applying side.
     *
     * @param state what it does
     * @param reason why it does not run; empty when it does
     * @param appliedTransactions incoming transactions applied
     * @param appliedChanges row changes in them
     * @param appliedPosition last applied position in the peer's log; 0 before the first
     * @param lagMillis age of the oldest incoming transaction that is not yet applied; of the newest record heard when some are missing
     * @param heardMillis time since the newest record of the peer's log was heard
     * @param batchSizeMean incoming transactions in one database transaction, on average
     * @param retriedTransactions database transactions rolled back and tried again
     * @param outdatedRecords records of the peer's log passed over, since another process had taken that log over
     * @param parkedTransactions incoming transactions set aside for a person
     * @param lockHoldersEnded sessions ended because they held a lock for longer than {@code apply.lock.kill.after}
     */
    public record Apply(
            SideState state,
            String reason,
            long appliedTransactions,
            long appliedChanges,
            long appliedPosition,
            long lagMillis,
            long heardMillis,
            double batchSizeMean,
            long retriedTransactions,
            long outdatedRecords,
            long parkedTransactions,
            long lockHoldersEnded) {}

    /**
     * The in-flight window.
     *
     * @param keys rows changed here that the peer has not yet been seen to have applied
     * @param bytes memory their images take
     * @param oldestMillis age of the oldest change among them
     * @param peerSeenPosition position in this site's log up to which the peer was seen to have applied it
     * @param spilledKeys those of the keys that are kept on disk rather than in memory
     * @param spilledBytes disk space that they take
     */
    public record Window(
            long keys, long bytes, long oldestMillis, long peerSeenPosition, long spilledKeys, long spilledBytes) {}

    /**
     * The gate.
     *
     * @param open whether VMs may carry out submissions here
     * @param reason why not; empty when they may
     */
    public record Gate(boolean open, String reason) {}

    /**
     * Conflicts.
     *
     * @param detected how many
     * @param byType how many of each type
     * @param byResolution how many with each resolution
     */
    public record Conflicts(long detected, Map<String, Long> byType, Map<String, Long> byResolution) {
        public Conflicts {
            byType = Map.copyOf(byType);
            byResolution = Map.copyOf(byResolution);
        }
    }

    /**
     * Clocks.
     *
     * @param skewMillis how far the peer's clock was last seen ahead of this machine's; negative when behind
     */
    public record Clock(long skewMillis) {}
}
