package io.gemel.apply.log;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.transaction.StampedChange;
import java.util.List;

/** Accepts one piece of a transaction's changes; returns false to stop. */
@FunctionalInterface
public interface PieceConsumer {
    boolean accept(List<StampedChange> piece) throws ApplyFailure, InterruptedException;
}
