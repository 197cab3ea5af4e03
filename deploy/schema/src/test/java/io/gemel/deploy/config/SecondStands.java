package io.gemel.deploy.config;

import io.gemel.conflict.ConflictResolver;
import io.gemel.transaction.RowImage;
import org.jspecify.annotations.Nullable;

/** The only resolver on the class path of this module's tests. */
public final class SecondStands implements ConflictResolver {
    @Override
    public String name() {
        return "second-stands";
    }

    @Override
    public RowImage resolve(RowImage row, @Nullable RowImage before, RowImage after) {
        return after;
    }
}
