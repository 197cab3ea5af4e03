package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;

/** Lets a {@link ConflictResolver} decide between concurrent versions of a row; a change that had seen the row replaces it. */
public final class CustomPolicy implements ConflictPolicy {
    private final ConflictResolver resolver;

    public CustomPolicy(ConflictResolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public String name() {
        return "custom(" + resolver.name() + ")";
    }

    /** @throws ResolverException when the resolver fails, or gives a row that cannot be */
    @Override
    public Step step(RowImage row, StampedChange change, boolean contested) {
        RowImage after = change.change().after();
        if (!contested || after == null) {
            return Step.replaces(change.change());
        }
        RowImage resolved;
        try {
            resolved = resolver.resolve(row, change.change().before(), after);
        } catch (RuntimeException e) {
            throw new ResolverException(name() + " failed at row " + after.key() + ": " + e, e);
        }
        if (!resolved.shape().equals(after.shape()) || !resolved.key().equals(after.key())) {
            throw new ResolverException(name() + " made " + resolved + " of row " + after.key(), null);
        }
        return new Step(resolved, Effect.JOINS);
    }
}
