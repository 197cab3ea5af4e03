package io.gemel.apply;

import io.gemel.transaction.StampedChange;
import java.util.List;

/** Takes one piece of a transaction's changes; false means stop, the rest is not wanted. */
@FunctionalInterface
interface PieceConsumer {
    boolean accept(List<StampedChange> piece) throws ApplyFailure, InterruptedException;
}
