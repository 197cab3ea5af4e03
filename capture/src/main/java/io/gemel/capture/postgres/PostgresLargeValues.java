package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureException;
import io.gemel.reason.Advice;
import io.gemel.reason.RowLimit;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.LargeText;
import io.gemel.transaction.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The large values of the row that is being read: they were taken out of the database's log before anything else saw them, and a
 * token stands for each. Of a row that takes too much memory only the size is known. Streaming thread only.
 */
final class PostgresLargeValues {
    /** No text of PostgreSQL's begins like this. */
    private static final char MARK = '\0';

    private final RowRoom memory;
    private final long loggedBytesMax;
    private final List<LargeText> values = new ArrayList<>();
    private long bytes;
    private long loggedBytes;
    private boolean dropped;

    /**
     * @param memory for the values of a row
     * @param loggedBytesMax bytes that the values of a row may take in the log, where each is a text
     */
    PostgresLargeValues(RowRoom memory, long loggedBytesMax) {
        this.memory = memory;
        this.loggedBytesMax = loggedBytesMax;
    }

    /** Waits for memory when a value has come to so many bytes. */
    void await(long valueBytes) throws InterruptedException {
        memory.takes(bytes + valueBytes);
    }

    /** Bytes that a value may still take; nothing is to be kept when it is negative. */
    long room() {
        return dropped ? -1 : memory.bytesMax() - bytes;
    }

    /** A value that is not large takes memory, too. */
    void count(int valueBytes) {
        bytes += valueBytes;
        loggedBytes += valueBytes;
    }

    /** Returns what is to stand for a value. */
    String keep(LargeText value) {
        loggedBytes += value.length();
        if (loggedBytes > loggedBytesMax) {
            return drop(value.held());
        }
        values.add(value);
        bytes += value.held();
        return MARK + Integer.toString(values.size() - 1);
    }

    /** As {@link #keep}, for a value for which there is no memory; those before it are dropped, too. */
    String drop(long valueBytes) {
        dropped = true;
        values.clear();
        bytes += valueBytes;
        return String.valueOf(MARK);
    }

    /** The row is dealt with, or another one begins. */
    void clear() {
        values.clear();
        bytes = 0;
        loggedBytes = 0;
        dropped = false;
        memory.giveBack();
    }

    /** Bytes of memory that the values of the row would take; 0 when it is not too large. */
    long refused() {
        return dropped ? bytes : 0;
    }

    CaptureException refusal(TableId table, @Nullable List<String> key) {
        return CaptureException.halt(
                Advice.CAPTURE_ROW_TOO_LARGE,
                loggedBytes > loggedBytesMax
                        ? RowLimit.refusalOfLog(table.toString(), key, loggedBytes, loggedBytesMax)
                        : RowLimit.refusal(table.toString(), key, bytes, memory.bytesMax()));
    }

    static boolean isToken(@Nullable String text) {
        return text != null && !text.isEmpty() && text.charAt(0) == MARK;
    }

    /** The value that a token stands for, of a row that is not refused. */
    LargeText value(@Nullable String token) {
        return values.get(Integer.parseInt(Objects.requireNonNull(token).substring(1)));
    }
}
