package io.gemel.apply;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.decide.Repairs;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.Divergence;
import io.gemel.apply.target.TargetDatabase;

/** Waits as halted. Applying thread only. */
final class Halting {
    private final ApplyConfig config;
    private final TargetDatabase database;
    private final Repairs repairs;
    private final ApplyStatus status;

    Halting(ApplyConfig config, TargetDatabase database, Repairs repairs, ApplyStatus status) {
        this.config = config;
        this.database = database;
        this.repairs = repairs;
        this.status = status;
    }

    /** Waits as halted and returns for a retry; rethrows failures that only a new applier can fix. */
    void haltOrThrow(ApplyFailure failure) throws ApplyFailure, InterruptedException {
        if (failure.kind() == Kind.RESTART || status.closed()) {
            throw failure;
        }
        Divergence divergence = failure.divergence();
        if (divergence != null) {
            repairs.offer(divergence);
        }
        status.halt(String.valueOf(failure.getMessage()), config.haltRetryInterval());
        repairs.halted();
        database.forgetTables();
    }
}
