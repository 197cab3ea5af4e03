package io.gemel.vm;

import java.io.IOException;
import java.io.InputStream;

/**
 * The rest of the body of a request that is refused. Servers reset the connection of a client that still sends when the answer is complete,
 * and the answer may be lost with it.
 */
public final class VmUnreadBody {
    /** Bytes that are read. A client that sends more may miss the answer. */
    public static final long BYTES_MAX = 64L << 20;

    private static final int PIECE = 1 << 13;

    private VmUnreadBody() {}

    /** Reads a body to its end, or {@link #BYTES_MAX} of it, and keeps nothing. Blocks as long as the client takes to send that. */
    public static void discard(InputStream body) throws IOException {
        byte[] piece = new byte[PIECE]; // not skip, which some servers' streams hand on to the connection's
        long left = BYTES_MAX;
        int read = 0;
        while (left > 0 && read >= 0) {
            read = body.read(piece);
            left -= read;
        }
    }
}
