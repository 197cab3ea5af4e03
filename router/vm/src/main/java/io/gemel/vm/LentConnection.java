package io.gemel.vm;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The submission's connection as whoever asks the data source for one gets it: it behaves like a connection of its own. What begins a
 * transaction takes a savepoint of the submission's, a rollback goes back to it, a commit releases it, and a statement outside of a
 * transaction is taken back alone when it fails. Nothing is committed but by the library. For the thread of the submission.
 */
final class LentConnection implements InvocationHandler {
    private final SharedConnection shared;
    private boolean autoCommit;
    private boolean readOnly;
    private boolean closed;
    private @Nullable Savepoint begun;

    private LentConnection(SharedConnection shared) {
        this.shared = shared;
        this.autoCommit = shared.autoCommit();
    }

    static Connection of(SharedConnection shared) {
        return proxy(Connection.class, new LentConnection(shared));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(LentConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        switch (method.getName()) {
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "toString" -> {
                return "a submission's " + shared.guarded();
            }
            case "isClosed" -> {
                return closed || shared.hasEnded();
            }
            case "close" -> {
                close();
                return null;
            }
            default -> requireOpen();
        }
        return whileOpen((Connection) proxy, method, arguments);
    }

    private @Nullable Object whileOpen(Connection proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "getAutoCommit" -> {
                return autoCommit;
            }
            case "isReadOnly" -> {
                return readOnly;
            }
            case "setAutoCommit" -> setAutoCommit(argument(arguments, Boolean.class));
            case "commit" -> commit();
            case "setReadOnly" -> readOnly = argument(arguments, Boolean.class);
            case "setTransactionIsolation" -> requireIsolation(argument(arguments, Integer.class));
            case "rollback" -> {
                if (arguments != null) {
                    return GuardedConnection.call(shared.guarded(), method, arguments);
                }
                rollback();
            }
            case "createStatement", "prepareStatement", "prepareCall" -> {
                Object statement = GuardedConnection.call(shared.guarded(), method, arguments);
                return proxy(
                        method.getReturnType(),
                        (self, called, given) -> onStatement(proxy, self, (Statement) statement, called, given));
            }
            case "unwrap" -> {
                // What is done there passes by.
                takeSavepoint();
                return GuardedConnection.call(shared.guarded(), method, arguments);
            }
            default -> {
                return GuardedConnection.call(shared.guarded(), method, arguments);
            }
        }
        return null;
    }

    private static <T> T argument(Object @Nullable [] arguments, Class<T> type) {
        if (arguments == null) {
            throw new IllegalArgumentException("one argument is needed");
        }
        return type.cast(arguments[0]);
    }

    private @Nullable Object onStatement(
            Connection connection, Object self, @Nullable Statement statement, Method method, Object @Nullable [] given)
            throws Throwable {
        if (statement == null) {
            throw new SQLException("the driver gave no statement");
        }
        String name = method.getName();
        if (name.equals("getConnection")) {
            return connection;
        }
        if (name.equals("equals")) {
            return given != null && self == given[0];
        }
        if (!name.startsWith("execute")) {
            return GuardedConnection.call(statement, method, given);
        }
        requireOpen();
        if (!name.equals("executeQuery")) {
            shared.wrote(this);
        }
        if (!autoCommit) {
            takeSavepoint();
            return GuardedConnection.call(statement, method, given);
        }
        Savepoint before = shared.guarded().setSavepoint();
        try {
            Object result = GuardedConnection.call(statement, method, given);
            shared.guarded().releaseSavepoint(before);
            return result;
        } catch (SQLException e) {
            goBack(before, e);
            throw e;
        }
    }

    private void goBack(Savepoint before, SQLException cause) {
        try {
            shared.guarded().rollback(before);
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Late, so that a transaction without statements costs nothing. */
    private void takeSavepoint() throws SQLException {
        if (!autoCommit && begun == null) {
            shared.use(this);
            begun = shared.guarded().setSavepoint();
        }
    }

    private void setAutoCommit(boolean wanted) throws SQLException {
        if (wanted && !autoCommit) {
            commit();
        } else if (!wanted && autoCommit) {
            shared.begin(this);
        }
        autoCommit = wanted;
    }

    private void commit() throws SQLException {
        requireTransaction("commit");
        shared.requireNoOther(this);
        if (begun != null) {
            shared.guarded().releaseSavepoint(begun);
            begun = null;
        }
        shared.end(this);
    }

    private void rollback() throws SQLException {
        requireTransaction("rollback");
        shared.requireNothingElseWritten(this);
        if (begun != null) {
            shared.guarded().rollback(begun);
            shared.guarded().releaseSavepoint(begun);
            begun = null;
        }
        shared.end(this);
    }

    /** As pools do: what was neither committed nor rolled back is rolled back. */
    private void close() throws SQLException {
        if (!closed && !shared.hasEnded() && !autoCommit) {
            rollback();
        }
        closed = true;
    }

    private void requireTransaction(String what) throws SQLException {
        if (autoCommit) {
            throw new SQLException("there is no transaction to " + what + ": the connection is in auto-commit mode");
        }
    }

    private void requireOpen() throws SQLException {
        if (closed || shared.hasEnded()) {
            throw new SQLException(
                    closed ? "this connection was closed" : "the submission of this connection has ended");
        }
    }

    /** A transaction keeps the isolation that it began with. */
    private void requireIsolation(int level) throws SQLException {
        if (level > shared.guarded().getTransactionIsolation()) {
            throw shared.refuse(
                    "a stricter isolation cannot begin inside a submission, whose transaction has begun: set it for all"
                            + " connections of the pool");
        }
    }
}
