package io.gemel.transaction.codec;

import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.PackedBytes;
import io.gemel.transaction.RowImage;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of a part together again. Fragments that a replaced process published late, or that are
 * incomplete, are dropped. Holds at most one part; one thread.
 */
public final class FragmentJoiner {
    private final TransactionCodec codec = new TransactionCodec();
    private @Nullable Part part;
    private PackedBytes joined = new PackedBytes();
    private int total;
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
            joined = new PackedBytes();
            total = fragment.total();
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
                && fragment.part().header().position() == part.header().position();
    }

    private void append(Fragment fragment) throws BadRecordException {
        int more = fragment.body().length;
        if (fragment.total() != total || more > total - joined.size()) {
            clear();
            throw BadRecordException.corrupt("its fragments are longer than they should be");
        }
        joined.append(fragment.body(), 0, more);
        next++;
    }

    private Part complete(Part shell) throws BadRecordException {
        PackedBytes body = joined;
        boolean whole = body.size() == total;
        clear();
        body.complete();
        if (!whole) {
            throw BadRecordException.corrupt("its fragments are shorter than they should be");
        }
        return new Part(
                shell.epoch(),
                shell.header(),
                shell.index(),
                shell.last(),
                shell.firstChange(),
                codec.decodeJoined(body));
    }

    /** Bytes of memory that the part takes so far. */
    public long held() {
        return joined.held();
    }

    /** Bytes of memory that the whole part will take, as far as its beginning tells. */
    public long heldAtLast() {
        long size = Math.max(1, joined.size());
        return (long) Math.ceil((double) joined.held() / size * total);
    }

    /** Any image of the row that the part begins with, as far as it is there: what is not is null. */
    public @Nullable RowImage beginning() {
        return codec.decodeBeginning(joined);
    }

    /** Forgets what is incomplete. */
    public void clear() {
        part = null;
        joined = new PackedBytes();
    }
}
