package io.gemel.vm.servlet;

import java.sql.SQLException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decides which of the application's errors the library answers, instead of an error page. Pure. */
public final class VmFailures {
    private static final int CAUSES_MAX = 20;
    private static final String SERIALIZATION_FAILURE = "40001";

    /** Conflicts, lost connections, a server that takes no writes, and time that was up. */
    private static final Pattern LIBRARY = Pattern.compile("40001|40P01|55P03|08...|57...|25006|25P0[34]");

    /** Jakarta Persistence's own. */
    private static final Pattern CONFLICT =
            Pattern.compile("jakarta\\.persistence\\.(OptimisticLock|PessimisticLock|LockTimeout)Exception"
                    + "|org\\.hibernate\\.StaleStateException");

    private VmFailures() {}

    /**
     * The error as the library understands it; null when it is the application's own.
     *
     * @param conflicts which errors of a framework mean that another transaction changed what was read
     */
    public static @Nullable Exception forLibrary(@Nullable Throwable error, Predicate<Throwable> conflicts) {
        boolean conflict = false;
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return LIBRARY.matcher(sql.getSQLState()).matches() ? sql : conflict ? again(error) : null;
            }
            conflict |= conflicts.test(cause)
                    || CONFLICT.matcher(cause.getClass().getName()).matches();
        }
        return conflict ? again(error) : null;
    }

    /** What the database said of it; null when it said nothing. */
    static @Nullable SQLException ofDatabase(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql;
            }
        }
        return null;
    }

    /** What a version or a lock has told, as the database would have said it. */
    private static SQLException again(@Nullable Throwable error) {
        return new SQLException(
                "another transaction changed what the submission read: " + error, SERIALIZATION_FAILURE, error);
    }
}
