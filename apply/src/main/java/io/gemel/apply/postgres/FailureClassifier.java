package io.gemel.apply.postgres;

import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.reason.ReasonCode;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** Classifies database errors, and is the only place that does. Pure. */
final class FailureClassifier {
    private static final int STATE_LENGTH = 5;

    private FailureClassifier() {}

    /** Turns any error of a database statement into a classified failure. */
    static ApplyFailure classify(Throwable error) {
        String statement = error instanceof StatementException failed ? failed.statement() : "";
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplyFailure failure) {
                return failure;
            }
            // The pool only says that it waited in vain; its cause says why.
            boolean pool = cause instanceof SQLTransientConnectionException && cause.getCause() instanceof SQLException;
            if (!pool && cause instanceof SQLException sql && hasState(sql)) {
                return of(sql, statement);
            }
        }
        return new ApplyFailure(Kind.RESTART, "unexpected: " + error, error);
    }

    /** As {@link #classify}, of a commit: unless the server says that it refused, only the marker knows whether it committed. */
    static ApplyFailure classifyCommit(SQLException error) {
        // Deferred constraints and serialization are judged at the commit.
        if (hasState(error)
                && (error.getSQLState().startsWith("23") || error.getSQLState().startsWith("40"))) {
            return of(error, "");
        }
        return new ApplyFailure(Kind.RESTART, "commit in doubt: " + error.getMessage(), error);
    }

    /** Errors that the driver itself finds may have an empty one. */
    private static boolean hasState(SQLException error) {
        String state = error.getSQLState();
        return state != null && state.length() == STATE_LENGTH;
    }

    private static ApplyFailure of(SQLException error, String statement) {
        String state = error.getSQLState();
        String message = error.getMessage() + " [SQLSTATE " + state + "]";
        return switch (state) {
            case "55P03" -> new ApplyFailure(ReasonCode.APPLY_LOCK_WAIT, message, error);
            case "40001", "40P01", "57014" -> new ApplyFailure(Kind.RETRY, message, error);
            case "23505", "23P01" -> new ApplyFailure(Kind.UNIQUE, message, error);
            // A plan prepared before a table was altered.
            case "0A000" ->
                message.contains("cached plan")
                        ? new ApplyFailure(Kind.RETRY, message, error)
                        : new ApplyFailure(Kind.HALT, SqlAdvice.behind(message, state, statement), error);
            // A constraint or a type of this site refuses a row of the transaction; other rows are none the worse for
            // it.
            case "23502", "23503", "54000" ->
                new ApplyFailure(Kind.PARK, SqlAdvice.behind(message, state, statement), error);
            case "23514" ->
                new ApplyFailure(
                        SqlAdvice.isAboutPartitions(message) ? Kind.SCHEMA : Kind.PARK,
                        SqlAdvice.behind(message, state, statement),
                        error);
            // An enum without the label, a composite type with other columns.
            case "22P02" -> new ApplyFailure(Kind.SCHEMA, SqlAdvice.behind(message, state, statement), error);
            default -> {
                Kind kind = byClass(state);
                yield new ApplyFailure(
                        kind, kind == Kind.RESTART ? message : SqlAdvice.behind(message, state, statement), error);
            }
        };
    }

    private static Kind byClass(String state) {
        return switch (state.substring(0, 2)) {
            // Connection, resources, shutdown, system and internal errors: start again from the marker.
            case "22" -> Kind.PARK;
            case "08", "53", "57", "58", "XX", "25", "55" -> Kind.RESTART;
            default -> Kind.HALT;
        };
    }
}
