package io.gemel.apply.log;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.StampedChange;
import java.util.List;

/** Takes one piece of a transaction's changes; false means stop, the rest is not wanted. */
@FunctionalInterface
public interface PieceConsumer {
    boolean accept(List<StampedChange> piece) throws ApplyFailure, InterruptedException;
}
