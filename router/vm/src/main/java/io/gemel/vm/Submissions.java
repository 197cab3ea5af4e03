package io.gemel.vm;

import io.gemel.vm.LedgerTransaction.Claim;
import io.gemel.vm.LedgerTransaction.Finish;
import io.gemel.vm.Result.NothingHappened;
import io.gemel.vm.Result.Settled;
import io.gemel.vm.Result.Unknown;
import io.gemel.vm.StepFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs submissions: claim, work, answer, final check, commit; with retries after transient errors. Stateless; any
 * thread.
 */
final class Submissions {
    private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);

    /** Longest pause before the first retry; it doubles with each. */
    private static final Duration PAUSE_MAX = Duration.ofMillis(10);

    private final VmConfig config;
    private final JoiningDataSource joining;
    private final InstantSource clock;

    Submissions(VmConfig config, JoiningDataSource joining, InstantSource clock) {
        this.config = config;
        this.joining = joining;
        this.clock = clock;
    }

    /** One try, in one database transaction, or two when it ends in a rejection. */
    @FunctionalInterface
    private interface Try {
        Result run(Turn turn) throws StepFailure;
    }

    /** @param careful whether the last try met a dead connection */
    private record Turn(Submission submission, boolean careful) {}

    /** Runs the work once for its key, or gives the answer that is stored. */
    Result submit(Submission submission, Work work) {
        return untilItPasses(submission, turn -> attempt(turn, work));
    }

    /** Closes the key if it is free, or gives what it ended with. Waits for an attempt that runs. */
    Result fence(Submission submission) {
        return untilItPasses(submission, this::fenceOnce);
    }

    private Result untilItPasses(Submission asked, Try first) {
        Instant latest = clock.instant().plus(config.limits().time());
        Submission submission = asked.deadline().isAfter(latest) ? asked.withDeadline(latest) : asked;
        Try next = first;
        boolean careful = false;
        for (int retries = 0; ; ) {
            if (isLate(submission)) {
                return Answers.late();
            }
            try {
                return next.run(new Turn(submission, careful));
            } catch (StepFailure e) {
                boolean last = retries == config.limits().retriesMax();
                if (e.kind() == Kind.REFUSED && next == first) {
                    LOG.info("submission {} is declined: {}", submission.key(), e.getMessage());
                    Answer refusal = Answers.refusal(e.state());
                    next = turn -> refuse(turn, refusal, false);
                } else if (e.kind() == Kind.STALE && !last) {
                    careful = true;
                    retries++;
                } else if (e.kind() != Kind.AGAIN) {
                    return resultOf(submission, e);
                } else if (last || !pause(submission, retries++)) {
                    return isLate(submission) ? Answers.late() : Answers.retry(e);
                }
            }
        }
    }

    private Result attempt(Turn turn, Work work) throws StepFailure {
        Submission submission = turn.submission();
        Answer answer;
        boolean astray = false;
        try (LedgerTransaction transaction = begin(turn)) {
            if (isLate(submission)) {
                return Answers.late();
            }
            Claim claim = transaction.claim(config, submission, submission.firstAttempt(), LedgerEntry.RUNNING, null);
            if (claim != Claim.GRANTED) {
                return notGranted(claim, transaction, submission);
            }
            answer = transaction.run(work, joining);
            if (answer.bytes() > config.limits().answerBytesMax()) {
                return tooLong(submission, answer);
            }
            if (answer.isSuccess()) {
                Finish finish = transaction.finish(submission, answer);
                if (finish == Finish.CLOSED || isLate(submission)) {
                    return finish == Finish.CLOSED ? Answers.closed() : Answers.late();
                }
                if (finish == Finish.WRITTEN || answer.isWithoutChange()) {
                    transaction.commit();
                    return new Settled(Outcome.EXECUTED, answer);
                }
                astray = true;
                answer = nothingWritten(submission);
            } else if (answer.isFailure()) {
                return new NothingHappened(Outcome.FAILED, answer);
            }
        }
        return refuse(turn, answer, astray || answer.isForGood());
    }

    /** Kept, although it is a failure: what was written past the submission must not be written a second time elsewhere. */
    private static Answer nothingWritten(Submission submission) {
        Answer answer = Answers.nothingWritten();
        LOG.error(
                "submission {} is rejected: {}", submission.key(), answer.text().strip());
        return answer;
    }

    /**
     * Stores a refusal, in a separate transaction: what the application had written is already rolled back. A
     * non-permanent one is stored, too: an attempt of the same request or an earlier one that is still on its way must
     * not do what this one answered was not done.
     */
    private Result refuse(Turn turn, Answer answer, boolean forGood) throws StepFailure {
        long declinedBefore = turn.submission().firstAttempt();
        return forGood
                ? claimOnly(turn, declinedBefore, LedgerEntry.REJECTED, answer, new Settled(Outcome.REJECTED, answer))
                : claimOnly(turn, declinedBefore, LedgerEntry.DECLINED, answer, new Settled(Outcome.DECLINED, answer));
    }

    /** Closes a key that was declined, too, whenever that was. */
    private Result fenceOnce(Turn turn) throws StepFailure {
        return claimOnly(turn, Long.MAX_VALUE, LedgerEntry.FENCED, null, Answers.fenced());
    }

    private Result claimOnly(Turn turn, long declinedBefore, String status, @Nullable Answer answer, Result granted)
            throws StepFailure {
        Submission submission = turn.submission();
        try (LedgerTransaction transaction = begin(turn)) {
            if (isLate(submission)) {
                return Answers.late();
            }
            Claim claim = transaction.claim(config, submission, declinedBefore, status, answer);
            if (claim != Claim.GRANTED) {
                return notGranted(claim, transaction, submission);
            }
            if (isLate(submission)) {
                return Answers.late();
            }
            transaction.commit();
            return granted;
        }
    }

    private static Result notGranted(Claim claim, LedgerTransaction transaction, Submission submission)
            throws StepFailure {
        if (claim == Claim.CLOSED) {
            return Answers.closed();
        }
        LedgerEntry entry = transaction.read(submission.key());
        if (entry == null) {
            // It was there a moment ago: old rows are deleted, and void ones replaced.
            throw StepFailure.vanished();
        }
        return Answers.stored(entry, submission);
    }

    private LedgerTransaction begin(Turn turn) throws StepFailure {
        Duration left = Duration.between(clock.instant(), turn.submission().deadline());
        return LedgerTransaction.begin(config.dataSource()::getConnection, left, turn.careful());
    }

    private Result tooLong(Submission submission, Answer answer) {
        String text = "the answer has " + answer.bytes() + " bytes, and at most "
                + config.limits().answerBytesMax() + " are kept (VmLimits.answerBytesMax); nothing was committed";
        LOG.error("submission {}: {}", submission.key(), text);
        return Answers.failed(text);
    }

    private Result resultOf(Submission submission, StepFailure failure) {
        return switch (failure.kind()) {
            case UNKNOWN -> {
                LOG.warn(
                        "submission {}: the connection was lost during the commit, its outcome is unknown: {}",
                        submission.key(),
                        failure.getMessage());
                yield new Unknown(Answers.unknown());
            }
            case UNREACHABLE, STALE -> {
                LOG.warn("submission {}: the database is unreachable: {}", submission.key(), failure.getMessage());
                yield Answers.unreachable();
            }
            default -> {
                if (failure.kind() == Kind.TIMED_OUT && isLate(submission)) {
                    yield Answers.late();
                }
                LOG.error("submission {} failed and was rolled back", submission.key(), failure);
                yield Answers.failed(
                        failure.getCause() instanceof RefusedUse refused
                                ? refused.getMessage() + "; nothing was committed"
                                : "the application failed, and nothing was committed; its log says why");
            }
        };
    }

    /** Waits a little, longer with each retry, and differently long for each submission: two that met must not meet again. */
    private boolean pause(Submission submission, int retries) {
        long most = Math.min(
                PAUSE_MAX.toNanos() << Math.min(retries, 10),
                Duration.between(clock.instant(), submission.deadline()).toNanos());
        if (most <= 0) {
            return false;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(Math.floorMod(DerivedIds.number(submission.key(), retries), most));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isLate(Submission submission) {
        return !clock.instant().isBefore(submission.deadline());
    }
}
