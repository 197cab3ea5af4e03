package io.gemel.deploy.site;

import io.gemel.apply.api.ApplyException;
import io.gemel.apply.api.ApplyListener;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.log.Watermark;
import io.gemel.deploy.verdict.Blocker;
import io.gemel.deploy.verdict.SiteVerdict;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What a site has done since its process started, over all its lives. Thread-safe. */
final class SiteFigures {
    /**
     * Why a life ended.
     *
     * @param halt whether a person has to fix something first
     */
    record Failure(ReasonCode code, boolean halt, String reason) {
        static Failure of(CaptureException failure) {
            boolean halt = failure.classification() == CaptureException.Classification.HALT;
            ReasonCode code = halt ? ReasonCode.CAPTURE_HALTED : ReasonCode.CAPTURE_RESTARTING;
            return new Failure(code, halt, "capture: " + failure.getMessage());
        }

        static Failure of(SiteVerdict refused) {
            String why = refused.site().stream().map(Blocker::toString).collect(Collectors.joining("; "));
            return new Failure(ReasonCode.SITE_REFUSED, true, why);
        }

        static Failure unprepared(List<String> missing, Path file) {
            return new Failure(
                    ReasonCode.SITE_UNPREPARED,
                    true,
                    "the database lacks what this release of Gemel needs (" + String.join(", ", missing)
                            + "): run 'gemel prepare " + file
                            + "' with this release; the site then resumes automatically");
        }

        static Failure of(ApplyException failure) {
            ReasonCode code = failure.isHalt() ? ReasonCode.APPLY_HALTED : ReasonCode.APPLY_RESTARTING;
            return new Failure(code, failure.isHalt(), "apply: " + failure.getMessage());
        }
    }

    final LongAdder capturedTransactions = new LongAdder();
    final LongAdder capturedChanges = new LongAdder();
    final AtomicLong publishedPosition = new AtomicLong();
    final AtomicLong publishedMicros = new AtomicLong();
    final LongAdder appliedGroups = new LongAdder();
    final LongAdder appliedTransactions = new LongAdder();
    final LongAdder appliedChanges = new LongAdder();
    final LongAdder retriedTransactions = new LongAdder();
    final LongAdder lockHoldersEnded = new LongAdder();
    final LongAdder outdatedRecords = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final Map<String, Long> conflictsByType = new ConcurrentHashMap<>();
    final Map<String, Long> conflictsByResolution = new ConcurrentHashMap<>();
    private final Consumer<Failure> onFailure;

    /** The consumer hears of a life that cannot go on; on any thread, perhaps more than once. */
    SiteFigures(Consumer<Failure> onFailure) {
        this.onFailure = onFailure;
    }

    /** @param published moved on to the last position that Kafka has acknowledged */
    CaptureListener captureListener(Watermark published) {
        return new CaptureListener() {
            @Override
            public void captured(long transactions, long changes) {
                capturedTransactions.add(transactions);
                capturedChanges.add(changes);
            }

            @Override
            public void published(long position, long commitMicros) {
                publishedPosition.set(position);
                publishedMicros.set(commitMicros);
                published.reach(position);
            }

            @Override
            public void failed(CaptureException failure) {
                onFailure.accept(Failure.of(failure));
            }
        };
    }

    /** @param seen moved on to the last position of this site's log that the peer was seen to have applied */
    ApplyListener applyListener(Watermark seen) {
        return new ApplyListener() {
            @Override
            public void applied(int transactions, int changes, List<Conflict> found) {
                appliedGroups.increment();
                appliedTransactions.add(transactions);
                appliedChanges.add(changes);
                for (Conflict conflict : found) {
                    conflicts.increment();
                    conflictsByType.merge(conflict.kind().name(), 1L, Long::sum);
                    conflictsByResolution.merge(conflict.resolution(), 1L, Long::sum);
                }
            }

            @Override
            public void seen(long position) {
                seen.reach(position);
            }

            @Override
            public void outdated() {
                outdatedRecords.increment();
            }

            @Override
            public void retried(String reason) {
                retriedTransactions.increment();
            }

            @Override
            public void blockerEnded() {
                lockHoldersEnded.increment();
            }

            @Override
            public void failed(String reason) {
                onFailure.accept(new Failure(ReasonCode.APPLY_RESTARTING, false, "apply: " + reason));
            }
        };
    }
}
