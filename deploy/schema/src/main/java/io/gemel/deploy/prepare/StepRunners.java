package io.gemel.deploy.prepare;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.database.SqlState;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Runs steps, each over the connection of the one who must run it. The site's role is connected when its first step comes. */
final class StepRunners implements AutoCloseable {
    // An ALTER TABLE that waits for a lock makes every later reader of the table wait behind it, so it must give up
    // soon.
    private static final String LIMITS = "SET lock_timeout = '5s'; SET statement_timeout = '60s'";

    private final SiteConfig config;
    private final Connection first;
    private final boolean separate;
    private @Nullable Connection siteRole;

    /**
     * Prepares to run steps.
     *
     * @param first the administrator's connection, or the site role's when there is no administrator; stays open
     * @param separate whether {@code first} is an administrator's
     */
    StepRunners(SiteConfig config, Connection first, boolean separate) throws SQLException {
        this.config = config;
        this.first = first;
        this.separate = separate;
        execute(first, LIMITS);
    }

    /** Runs a step; false when the one who ran it lacks a right for it. */
    boolean run(Step step) throws SQLException, CommandException {
        boolean asSiteRole = separate && step.by() == Step.Runner.SITE_ROLE;
        try {
            execute(asSiteRole ? siteRole() : first, step.sql());
            return true;
        } catch (SQLException e) {
            switch (SqlState.of(e)) {
                case SqlState.INSUFFICIENT_PRIVILEGE -> {
                    return false;
                }
                case SqlState.LOCK_NOT_AVAILABLE, SqlState.QUERY_CANCELED ->
                    throw new CommandException(
                            ExitCode.FINDING,
                            "gave up waiting for other transactions at: " + step.sql(),
                            "run gemel prepare again when no long transaction is open (pg_stat_activity shows them)",
                            e);
                default -> throw e;
            }
        }
    }

    private Connection siteRole() throws SQLException, CommandException {
        Connection connection = siteRole;
        if (connection == null) {
            connection = SiteDatabase.connect(config);
            siteRole = connection;
            execute(connection, LIMITS);
        }
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        if (siteRole != null) {
            siteRole.close();
        }
    }
}
