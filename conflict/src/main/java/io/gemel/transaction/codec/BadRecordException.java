package io.gemel.transaction.codec;

/**
 * Bytes that are not a Gemel record, or not one that this version can read. None of them were used. A log that holds
 * such a record cannot be followed past it: the reader must stop and show the message, which says what is wrong and how
 * to fix it.
 */
public final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What is wrong with the bytes. */
    public enum Reason {
        /** They do not begin as Gemel's records do: something else writes to the topic or table. */
        FOREIGN,
        /** They end too early. */
        TRUNCATED,
        /** Their checksum or their structure is wrong. */
        CORRUPT,
        /** They were written by a version of Gemel whose records this one cannot read. */
        NEWER,
        /** They are sound, but of a kind that is unknown or does not belong here. */
        UNKNOWN_KIND
    }

    BadRecordException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** A sound frame with contents that cannot be, for instance a table without a key. */
    public static BadRecordException corrupt(String what) {
        return new BadRecordException(
                Reason.CORRUPT, "corrupt record: " + what + "; it was damaged or written by a faulty program");
    }

    /** A sound record that a reader of another kind of records met. */
    public static BadRecordException unknownKind(int kind, String expected) {
        return new BadRecordException(
                Reason.UNKNOWN_KIND,
                "record of unknown kind " + kind + " where " + expected
                        + " is expected; if the peer runs a newer version of Gemel, upgrade this site first");
    }

    /** Whether an upgrade makes them readable. */
    public boolean isOfNewerVersion() {
        return reason == Reason.NEWER || reason == Reason.UNKNOWN_KIND;
    }

    public Reason reason() {
        return reason;
    }
}
