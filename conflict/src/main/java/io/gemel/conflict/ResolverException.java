package io.gemel.conflict;

import org.jspecify.annotations.Nullable;

/** A {@link ConflictResolver} gave no usable answer, so that nothing can be applied to its table until it is fixed. */
public final class ResolverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ResolverException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
