package io.gemel.vm;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The pool as the application sees it: on a thread that executes a submission it lends the submission's own connection,
 * so that all work through this pool joins the submission's transaction. On other threads it is the pool.
 */
final class JoiningDataSource implements DataSource {
    private final DataSource pool;

    /**
     * Of this VM: a thread that executes a submission of one VM gets the connections of another VM's pool unchanged.
     */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable SharedConnection> joined = new ThreadLocal<>();

    JoiningDataSource(DataSource pool) {
        this.pool = pool;
    }

    /** Runs the work, whose thread is lent this connection until it ends. */
    Answer run(Work work, SharedConnection own) throws Exception {
        joined.set(own);
        try {
            return own.run(work);
        } finally {
            joined.remove();
        }
    }

    /** Returns whether this thread executes a submission. */
    boolean isJoined() {
        return joined.get() != null;
    }

    /** Returns whether the work on this thread has borrowed a connection. */
    boolean hasLent() {
        SharedConnection own = joined.get();
        return own != null && own.isLent();
    }

    /** Lets the work on this thread, if there is any, fail with this text. */
    RefusedUse refusal(String text) {
        SharedConnection own = joined.get();
        return own == null ? new RefusedUse(text) : own.refuse(text);
    }

    @Override
    public Connection getConnection() throws SQLException {
        SharedConnection own = joined.get();
        if (own == null) {
            return pool.getConnection();
        }
        own.lend();
        return LentConnection.of(own);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        if (isJoined()) {
            throw new SQLException(
                    "inside a submission there is one connection, the submission's own: getConnection() without a user gives it");
        }
        return pool.getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(JoiningDataSource.class.getPackageName());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || pool.isWrapperFor(type);
    }
}
