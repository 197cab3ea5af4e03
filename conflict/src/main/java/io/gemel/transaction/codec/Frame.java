package io.gemel.transaction.codec;

import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.BadRecordException.Reason;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The common header of all records. Internal: for the codecs of this module only. Pure; any thread.
 *
 * <table>
 * <caption>Layout, numbers big-endian</caption>
 * <tr><td>0</td><td>4 bytes</td><td>{@code GEML}</td></tr>
 * <tr><td>4</td><td>1 byte</td><td>major version: a reader refuses a greater one</td></tr>
 * <tr><td>5</td><td>1 byte</td><td>minor version: a reader skips what a greater one appended to sections or body</td></tr>
 * <tr><td>6</td><td>1 byte</td><td>kind of record</td></tr>
 * <tr><td>7</td><td>4 bytes</td><td>CRC-32C of everything before and after it</td></tr>
 * <tr><td>11</td><td>4 bytes</td><td>length of the body</td></tr>
 * <tr><td>15</td><td></td><td>body: sections, each with its length in front</td></tr>
 * </table>
 */
public final class Frame {
    /** Kind of {@link LogRecord.Opened}. */
    static final int OPENED = 1;

    /** Kind of {@link LogRecord.Heartbeat}. */
    static final int HEARTBEAT = 2;

    /** Kind of {@link LogRecord.Part}. */
    static final int PART = 3;

    /** Kind of an entry of the in-flight window: stored in the database, never in a log. */
    public static final int WINDOW_ENTRY = 4;

    /** Kind of a correction: a change on its way through the database to the log. */
    static final int CORRECTION = 5;

    /** Kind of {@link LogRecord.Fragment}. */
    static final int FRAGMENT = 6;

    static final int MAGIC = 0x47454D4C;
    static final int MAJOR = 1;
    static final int MINOR = 1;

    static final int MAJOR_AT = 4;
    static final int MINOR_AT = 5;
    static final int KIND_AT = 6;
    static final int CRC_AT = 7;
    static final int LENGTH_AT = 11;
    static final int BODY_AT = 15;

    private Frame() {}

    /** Begins a record in an output; the caller appends the body. */
    public static void start(WireOutput output) {
        output.reset(BODY_AT);
    }

    /** The finished record. */
    public static byte[] finish(WireOutput output, int kind) {
        byte[] record = output.toByteArray();
        ByteBuffer.wrap(record)
                .putInt(MAGIC)
                .put((byte) MAJOR)
                .put((byte) (kind == OPENED ? MINOR : 0)) // where the owner was appended; the others are as they were
                .put((byte) kind)
                .putInt(LENGTH_AT, record.length - BODY_AT)
                .putInt(CRC_AT, checksum(record));
        return record;
    }

    /**
     * Checks a record's frame.
     *
     * @return its body, to be read
     */
    public static WireInput open(byte[] record) throws BadRecordException {
        checkMagic(record);
        if (record.length < BODY_AT) {
            throw truncated(record.length, BODY_AT);
        }
        ByteBuffer frame = ByteBuffer.wrap(record);
        int major = frame.get(MAJOR_AT) & 0xFF;
        int minor = frame.get(MINOR_AT) & 0xFF;
        if (major > MAJOR) {
            throw new BadRecordException(
                    Reason.NEWER,
                    "record of format " + major + "." + minor
                            + ", written by a newer version of Gemel, which this one (format " + MAJOR + "." + MINOR
                            + ") cannot read; upgrade this site first");
        }
        if (major < MAJOR) {
            throw BadRecordException.corrupt("its format " + major + "." + minor + " never existed");
        }
        long expected = BODY_AT + (frame.getInt(LENGTH_AT) & 0xFFFF_FFFFL);
        if (record.length < expected) {
            throw truncated(record.length, expected);
        }
        if (record.length > expected) {
            throw BadRecordException.corrupt((record.length - expected) + " bytes follow its end");
        }
        if (checksum(record) != frame.getInt(CRC_AT)) {
            throw BadRecordException.corrupt("its checksum is wrong");
        }
        return new WireInput(record, BODY_AT, frame.get(KIND_AT) & 0xFF, minor > MINOR);
    }

    /** Empty bytes are none of Gemel's either. */
    static boolean isForeign(byte[] record) {
        return record.length == 0 || !beginsAsGemels(record);
    }

    private static void checkMagic(byte[] record) throws BadRecordException {
        if (!beginsAsGemels(record)) {
            throw new BadRecordException(Reason.FOREIGN, "no record of Gemel's");
        }
    }

    private static boolean beginsAsGemels(byte[] record) {
        for (int i = 0; i < Math.min(MAJOR_AT, record.length); i++) {
            if (record[i] != (byte) (MAGIC >>> (24 - 8 * i))) {
                return false;
            }
        }
        return true;
    }

    private static BadRecordException truncated(int length, long expected) {
        return new BadRecordException(
                Reason.TRUNCATED, "truncated record: " + length + " bytes of at least " + expected);
    }

    static int checksum(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, 0, CRC_AT);
        crc.update(record, LENGTH_AT, record.length - LENGTH_AT);
        return (int) crc.getValue();
    }
}
