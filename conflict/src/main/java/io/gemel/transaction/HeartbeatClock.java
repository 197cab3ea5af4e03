package io.gemel.transaction;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The database's clock in the header of a heartbeat's record, so that the peer can compare it with its own. It is
 * beside the record, not in it: the record says the same whenever it is written, and an older process leaves it out.
 */
public final class HeartbeatClock {
    /** Name of the header. */
    public static final String HEADER = "gemel-clock";

    private HeartbeatClock() {}

    /** The header's value for a time in microseconds since 1970. */
    public static byte[] encode(long micros) {
        return ByteBuffer.allocate(Long.BYTES).putLong(micros).array();
    }

    /** The time in a header's value, microseconds since 1970; empty for a value that is none. */
    public static OptionalLong decode(byte @Nullable [] value) {
        return value == null || value.length != Long.BYTES
                ? OptionalLong.empty()
                : OptionalLong.of(ByteBuffer.wrap(value).getLong());
    }
}
