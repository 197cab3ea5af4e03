package io.gemel.transaction;

import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Part;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of a part together again. Those that a replaced process published late, or that were left behind
 * unfinished, come to nothing. Holds at most one part; one thread.
 */
public final class FragmentJoiner {
    private final TransactionCodec codec = new TransactionCodec();
    private @Nullable Part part;
    private byte[] joined = new byte[0];
    private int length;
    private int next;

    /**
     * Takes the next fragment of a log.
     *
     * @return the whole part when it is complete with this fragment
     * @throws BadRecordException when the fragments do not make a part
     */
    public @Nullable Part add(Fragment fragment) throws BadRecordException {
        Part current = part;
        if (current != null && fragment.epoch() < current.epoch()) {
            return null;
        }
        if (fragment.index() == 0) {
            part = fragment.part();
            joined = new byte[fragment.total()];
            length = 0;
            next = 0;
        } else if (current == null || fragment.index() != next || !isOf(current, fragment)) {
            clear();
            return null;
        }
        append(fragment);
        return fragment.last() ? complete(fragment.part()) : null;
    }

    private static boolean isOf(Part part, Fragment fragment) {
        return fragment.epoch() == part.epoch()
                && fragment.part().index() == part.index()
                && fragment.part().stamp().position() == part.stamp().position();
    }

    private void append(Fragment fragment) throws BadRecordException {
        int more = fragment.body().length;
        if (fragment.total() != joined.length || more > joined.length - length) {
            clear();
            throw BadRecordException.corrupt("its fragments are longer than they should be");
        }
        System.arraycopy(fragment.body(), 0, joined, length, more);
        length += more;
        next++;
    }

    private Part complete(Part header) throws BadRecordException {
        byte[] body = joined;
        boolean whole = length == body.length;
        clear();
        if (!whole) {
            throw BadRecordException.corrupt("its fragments are shorter than they should be");
        }
        return new Part(
                header.epoch(),
                header.stamp(),
                header.index(),
                header.last(),
                header.firstChange(),
                codec.decodeJoined(body));
    }

    /** Forgets what is incomplete. */
    public void clear() {
        part = null;
        joined = new byte[0];
    }
}
