package io.gemel.vm;

import io.gemel.vm.Result.NothingHappened;
import io.gemel.vm.Result.Settled;

/** What is answered when the application itself has not. Pure. */
final class Answers {
    private static final String TEXT = "text/plain";
    private static final int BAD_REQUEST = 400;
    private static final int CONFLICT = 409;
    private static final int OTHER_REQUEST = 422;
    private static final int FAILED = 500;
    private static final int UNAVAILABLE = 503;

    private Answers() {}

    /** What a committed row of the ledger says to who sends its key again. */
    static Result stored(LedgerEntry entry, Submission submission) throws StepFailure {
        if (entry.isOfAnotherRequest(submission.fingerprint())) {
            return new Settled(Outcome.REJECTED, text(OTHER_REQUEST, "this key was used for another request"));
        }
        Answer answer = entry.answer() == null ? Answer.of(200) : entry.answer();
        return switch (entry.status()) {
            case LedgerEntry.EXECUTED -> new Settled(Outcome.REPLAYED, answer);
            case LedgerEntry.REJECTED -> new Settled(Outcome.REJECTED, answer);
            case LedgerEntry.DECLINED -> new Settled(Outcome.DECLINED, answer);
            case LedgerEntry.FENCED -> fenced();
            default ->
                throw StepFailure.failed("submission '" + entry.key() + "' is committed as '" + entry.status()
                        + "': the application ended its transaction itself, and part of its work may be done. Look at what it wrote,"
                        + " and set the row's status, http_status and response to what is true");
        };
    }

    static Settled fenced() {
        return new Settled(
                Outcome.FENCED, text(CONFLICT, "this key was fenced when its outcome was asked for; use a new one"));
    }

    /** Not a submission at all; nothing is recorded. */
    static Settled notASubmission(int status, String problem) {
        return new Settled(Outcome.REJECTED, text(status, problem));
    }

    static Settled notASubmission(String problem) {
        return notASubmission(BAD_REQUEST, problem);
    }

    /** The answer to a submission that the database refused. It goes to a client, so it says nothing about rows. */
    static Answer refusal(String sqlState) {
        return text(
                sqlState.startsWith("23") ? CONFLICT : BAD_REQUEST,
                "the database refused the submission [SQLSTATE " + sqlState + "]");
    }

    /** The answer to a submission that changed nothing in its own transaction, and was not expected to. */
    static Answer nothingWritten() {
        return text(
                FAILED,
                "the work answered with success and wrote nothing through the connection of its submission. What it wrote through"
                        + " another one, if anything, is not protected from being written twice: take connections from Vm.dataSource()."
                        + " Work that may find nothing to do says so with Answer.withoutChange()");
    }

    static NothingHappened draining() {
        return nothing(Outcome.DRAINING, "this VM takes no new submissions");
    }

    static NothingHappened closed() {
        return nothing(Outcome.CLOSED, "this site is not open: its database was restarted and is still catching up");
    }

    static NothingHappened late() {
        return nothing(Outcome.LATE, "the deadline passed, and nothing was committed");
    }

    static NothingHappened retry(StepFailure last) {
        String state = last.state().isEmpty() ? "" : " [SQLSTATE " + last.state() + "]";
        return nothing(Outcome.RETRY, "other transactions conflicted, and nothing was committed" + state);
    }

    static NothingHappened unreachable() {
        return nothing(Outcome.UNREACHABLE, "the database cannot be reached, and nothing was committed");
    }

    static NothingHappened failed(String text) {
        return new NothingHappened(Outcome.FAILED, text(FAILED, text));
    }

    static Answer unknown() {
        return text(UNAVAILABLE, "the database was lost during the commit: send the same key again to find out");
    }

    private static NothingHappened nothing(Outcome outcome, String text) {
        return new NothingHappened(outcome, text(UNAVAILABLE, text));
    }

    private static Answer text(int status, String text) {
        return Answer.of(status, TEXT, text + "\n");
    }
}
