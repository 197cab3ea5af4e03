package io.gemel.deploy.database;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.ConfigException;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.transaction.ValueText;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Opens connections to a site's database for commands, and classifies in one place why one cannot be opened. */
public final class SiteDatabase {
    private static final String CONNECT_TIMEOUT_SECONDS = "10";

    private SiteDatabase() {}

    /**
     * Connects as the role the configuration names. The connection commits after each statement; the caller closes it.
     *
     * @throws CommandException when the server cannot be reached, or refuses
     */
    public static Connection connect(SiteConfig config) throws CommandException {
        return connect(config, config.database().user(), config.database().password());
    }

    /** A piece of work against a site's database. */
    @FunctionalInterface
    public interface Work {
        void run(Connection connection) throws SQLException, CommandException;
    }

    /**
     * Does something in the database that a site's properties file names, as the site's role.
     *
     * @throws CommandException when the server cannot be reached, or refuses
     * @throws ConfigException when the file cannot be used
     */
    public static void with(Path file, Work work) throws CommandException, ConfigException {
        try (Connection connection = connect(SiteConfigFile.read(file))) {
            work.run(connection);
        } catch (SQLException e) {
            throw new CommandException(
                    ExitCode.FINDING,
                    "the database rejected the request (" + e.getMessage() + ")",
                    "fix that, or run gemel prepare if the schema gemel is missing",
                    e);
        }
    }

    /**
     * Connects as any role.
     *
     * @throws CommandException when the server cannot be reached, or refuses
     */
    public static Connection connect(SiteConfig config, String user, Secret password) throws CommandException {
        Properties settings = new Properties();
        settings.setProperty("user", user);
        settings.setProperty("password", password.text());
        settings.setProperty("ApplicationName", "gemel");
        settings.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        settings.setProperty("loginTimeout", CONNECT_TIMEOUT_SECONDS);
        try {
            return printingPlainly(DriverManager.getConnection(config.database().url(), settings));
        } catch (SQLException e) {
            throw classify(config, user, e);
        }
    }

    /**
     * The connection, on which the server prints every value as the log has it, and quotes a name only where SQL needs it, whatever the role's
     * or the database's defaults are: names and definitions are compared as text, and the journal's rows are read back.
     */
    public static Connection printingPlainly(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(ValueText.SCRIPT + "SET quote_all_identifiers = off");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The server and the database as the configuration names them, {@code host:port/database}. */
    public static String address(SiteConfig config) {
        return config.database()
                .url()
                .replaceFirst("^jdbc:postgresql:(//)?", "")
                .replaceFirst("\\?.*$", "");
    }

    private static CommandException classify(SiteConfig config, String user, SQLException e) {
        String server = "the database server at " + address(config);
        return switch (SqlState.of(e)) {
            case "28P01" ->
                refused(
                        server + " does not accept the password of role " + user + ", or has no such role",
                        credentials(config, user),
                        e);
            case "28000" ->
                refused(
                        server + " does not let role " + user + " in (" + e.getMessage() + ")",
                        "create the role, or allow it in pg_hba.conf",
                        e);
            case "3D000" -> refused(server + " has no such database", "correct database.url in " + config.file(), e);
            case "08004" ->
                refused(
                        server + " does not let role " + user + " in (" + e.getMessage() + ")",
                        credentials(config, user),
                        e);
            case "53300" ->
                unreachable(server + " has no connection left", "raise max_connections or close idle ones", e);
            case "57P03" -> unreachable(server + " is starting up or shutting down", "try again shortly", e);
            default ->
                unreachable(
                        "cannot reach " + server + " (" + e.getMessage() + ")",
                        "start it, or correct database.url in " + config.file(),
                        e);
        };
    }

    /** Where the role and its password were written. */
    private static String credentials(SiteConfig config, String user) {
        return user.equals(config.database().user())
                ? "correct database.user and database.password in " + config.file()
                : "correct --admin-user, or the file that --admin-password-file names";
    }

    private static CommandException refused(String problem, String fix, SQLException e) {
        return new CommandException(ExitCode.FINDING, problem, fix, e);
    }

    private static CommandException unreachable(String problem, String fix, SQLException e) {
        return new CommandException(ExitCode.UNREACHABLE, problem, fix, e);
    }
}
