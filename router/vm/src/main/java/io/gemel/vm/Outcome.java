package io.gemel.vm;

/** Outcome of a submission in this VM, as in the header {@code Gemel-Outcome}. */
public enum Outcome {
    /** Done and committed now. */
    EXECUTED("executed"),
    /** Had been done before: the answer that was stored then. */
    REPLAYED("replayed"),
    /** Refused permanently, now or before; or the request cannot be a submission. */
    REJECTED("rejected"),
    /** Refused, and nothing was done: the same key may be sent again, and is evaluated again. */
    DECLINED("declined"),
    /** The key was fenced: nothing ever happens under it. */
    FENCED("fenced"),

    /** Nothing happened: the VM takes no new submissions. */
    DRAINING("draining"),
    /** Nothing happened: the site is not open. */
    CLOSED("closed"),
    /** Nothing happened: the deadline passed before the commit. */
    LATE("late"),
    /** Nothing happened: other transactions were in the way, time and again. */
    RETRY("retry"),
    /** Nothing happened: the database could not be reached, or was lost before the commit. */
    UNREACHABLE("unreachable"),
    /** Nothing happened: the application failed, and was rolled back. */
    FAILED("failed"),

    /** The connection was lost during the commit: it may have happened or not. */
    UNKNOWN("unknown");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    /** As the header says it. */
    public String word() {
        return word;
    }
}
