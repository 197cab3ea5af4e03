package io.gemel.vm;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Why a step of a submission's transaction did not succeed, already classified. The one place that says what an error means. */
final class StepFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int CAUSES_MAX = 20;

    /** The steps, in their order. */
    enum Step {
        CONNECT,
        /** Statements of the library, before any work. */
        CLAIM,
        WORK,
        /** A statement of the library, after the work. */
        FINISH,
        COMMIT
    }

    enum Kind {
        /** Retryable: serialization failure, deadlock, unavailable lock. Rolled back. */
        AGAIN,
        /** A connection that the pool took for a good one was lost before any work: another one will do. */
        STALE,
        /** The same request would always be refused: bad values, broken constraints, wrong statements. Rolled back. */
        REFUSED,
        /** The database cannot be reached, does not take writes, or was lost before the commit. Nothing is in it. */
        UNREACHABLE,
        /** The database ended it because it took too long. Rolled back. */
        TIMED_OUT,
        /** Everything else before the commit. Rolled back. */
        FAILED,
        /** Lost during the commit. */
        UNKNOWN
    }

    private static final String NEEDED =
            "the application's role needs SELECT, INSERT, UPDATE and DELETE on gemel.submission, SELECT on gemel.gate and USAGE on the"
                    + " schema gemel";

    private final Step step;
    private final Kind kind;
    private final String state;

    private StepFailure(Step step, Kind kind, String state, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.step = step;
        this.kind = kind;
        this.state = state;
    }

    /** Classifies what a step threw. */
    static StepFailure of(Step step, Throwable error) {
        String state = stateOf(error);
        Kind kind = switch (step) {
            case CONNECT -> Kind.UNREACHABLE;
            case CLAIM -> isLost(state) ? Kind.STALE : ofLibrary(state);
            case FINISH -> ofLibrary(state);
            case WORK -> beforeCommit(state);
            case COMMIT -> duringCommit(state);
        };
        String known = state.isEmpty() ? "" : " [SQLSTATE " + state + "]";
        return new StepFailure(
                step,
                kind,
                state,
                error + known + (step == Step.CLAIM || step == Step.FINISH ? fix(state) : ""),
                error);
    }

    /** A problem that the library itself detected and cannot continue with. */
    static StepFailure failed(String message) {
        return new StepFailure(Step.CLAIM, Kind.FAILED, "", message, null);
    }

    /** The ledger cannot be kept by this role. */
    static StepFailure rightMissing() {
        return failed(NEEDED + ": run 'gemel prepare' for this database, whose vm.roles names the role");
    }

    /** The row has just disappeared: look again. */
    static StepFailure vanished() {
        return new StepFailure(Step.CLAIM, Kind.AGAIN, "", "the key's row vanished while it was read", null);
    }

    Step step() {
        return step;
    }

    Kind kind() {
        return kind;
    }

    /** The error's SQLSTATE; empty when it has none. */
    String state() {
        return state;
    }

    private static Kind beforeCommit(String state) {
        return switch (state) {
            case "40001", "40P01", "55P03" -> Kind.AGAIN;
            // A server that became a standby, or is only read from: another one may take it.
            case "25006" -> Kind.UNREACHABLE;
            // Cancelled, idle in its transaction for too long, transaction too long.
            case "57014", "25P03", "25P04" -> Kind.TIMED_OUT;
            default ->
                switch (classOf(state)) {
                    case "22", "23", "42" -> Kind.REFUSED;
                    default -> isLost(state) ? Kind.UNREACHABLE : Kind.FAILED;
                };
        };
    }

    /** What is wrong with the library's own statements is not the request's fault. */
    private static Kind ofLibrary(String state) {
        Kind kind = beforeCommit(state);
        return kind == Kind.REFUSED ? Kind.FAILED : kind;
    }

    private static boolean isLost(String state) {
        return classOf(state).equals("08") || (classOf(state).equals("57") && !state.equals("57014"));
    }

    /** Only what the server checks before it writes the commit says that there was none: deferred constraints and triggers, serialization. */
    private static Kind duringCommit(String state) {
        return switch (state) {
            case "40001", "40P01", "55P03" -> Kind.AGAIN;
            case "25P02" -> Kind.FAILED;
            default ->
                switch (classOf(state)) {
                    case "22", "23", "42" -> Kind.REFUSED;
                    case "P0" -> Kind.FAILED;
                    default -> Kind.UNKNOWN;
                };
        };
    }

    private static String classOf(String state) {
        return state.length() == 5 ? state.substring(0, 2) : "";
    }

    /** Frameworks wrap the database's errors in their own, and a pool only reports that it waited without success. */
    private static String stateOf(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++, cause = cause.getCause()) {
            boolean pool = cause instanceof SQLTransientConnectionException && cause.getCause() instanceof SQLException;
            if (!pool && cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    private static String fix(String state) {
        return switch (state) {
            case "3F000", "42P01", "42703" ->
                "; the ledger is not as this version needs it: run 'gemel prepare' for this database";
            case "42501" -> "; " + NEEDED;
            default -> "";
        };
    }
}
