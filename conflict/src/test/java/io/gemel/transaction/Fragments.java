package io.gemel.transaction;

import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.TransactionCodec;
import java.util.ArrayList;
import java.util.List;

/** Cuts parts for tests. */
final class Fragments {
    private Fragments() {}

    static List<Fragment> of(TransactionCodec codec, Part part, int bodyMax) {
        List<Fragment> fragments = new ArrayList<>();
        codec.encodeFragments(part, bodyMax, record -> {
            try {
                fragments.add((Fragment) codec.decode(record));
            } catch (BadRecordException e) {
                throw new AssertionError(e);
            }
        });
        return fragments;
    }
}
