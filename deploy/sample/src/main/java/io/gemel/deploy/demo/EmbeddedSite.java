package io.gemel.deploy.demo;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.ConfigException;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SecretFile;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.site.Prepare;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusClient;
import io.gemel.deploy.status.StatusReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One site with a PostgreSQL server of its own. Its process is a JVM of its own, so that it can be killed like by a
 * power failure. The database and its server run from the start of {@link TwoEmbeddedSites} to its end; the process
 * when asked to. Used by one thread, but for {@link #connect} and {@link #status}, which any thread may call.
 */
public final class EmbeddedSite {
    /** The name of the application's database, alike at both sites. */
    public static final String DATABASE = "bank";

    private static final String MAIN_CLASS = "io.gemel.deploy.Gemel";
    private static final String ROLE = "gemel";
    private static final Administrator ADMINISTRATOR = new Administrator("postgres", new Secret(""));
    private static final Duration STATUS_PAUSE = Duration.ofMillis(100);

    private final String name;
    private final Path folder;
    private final PostgresServer server;
    private final List<String> jvmArguments;
    private final SiteConfig config;
    private final StatusClient statusClient = new StatusClient();
    private @Nullable JavaProcess process;

    private EmbeddedSite(
            String name, Path folder, PostgresServer server, List<String> jvmArguments, SiteConfig config) {
        this.name = name;
        this.folder = folder;
        this.server = server;
        this.jvmArguments = List.copyOf(jvmArguments);
        this.config = config;
    }

    /** Creates the site's database and role in a running server, and writes its properties file into the folder. */
    static EmbeddedSite create(
            PostgresServer server, Path folder, Map<String, String> settings, List<String> jvmArguments)
            throws SQLException, ConfigException {
        String name = settings.getOrDefault("site", "");
        String password = UUID.randomUUID().toString();
        server.execute("postgres", "CREATE DATABASE " + DATABASE);
        server.execute("postgres", "CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + password + "'");
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("database.url", server.jdbcUrl(DATABASE));
        all.put("database.user", ROLE);
        all.put("database.password", "${file:" + name + ".password}");
        all.put("status.listen", "127.0.0.1:" + FreePorts.next());
        List<String> lines = new ArrayList<>();
        all.forEach((key, value) -> lines.add(key + "=" + value));
        try {
            SecretFile.write(folder.resolve(name + ".password"), password);
            Path file = Files.write(folder.resolve(name + ".properties"), lines);
            return new EmbeddedSite(name, folder, server, jvmArguments, SiteConfigFile.read(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the properties of " + name + " into " + folder, e);
        }
    }

    public String name() {
        return name;
    }

    public SiteConfig config() {
        return config;
    }

    public PostgresServer server() {
        return server;
    }

    /** A JDBC URL with which an application reaches the database, without a password. */
    public String jdbcUrl() {
        return server.jdbcUrl(DATABASE) + "?user=postgres";
    }

    /** A new connection of an application. The caller closes it. */
    public Connection connect() throws SQLException {
        return server.connect(DATABASE);
    }

    /** Runs statements as an application would, each in a transaction of its own. */
    public void execute(String... statements) throws SQLException {
        server.execute(DATABASE, statements);
    }

    /** Does what {@code gemel prepare} does. Call it when the replicated tables exist. */
    public void prepare() throws CommandException {
        StringWriter printed = new StringWriter();
        int code = Prepare.run(config, Optional.of(ADMINISTRATOR), new PrintWriter(printed));
        if (code != ExitCode.DONE) {
            throw new IllegalStateException("site " + name + " cannot be prepared: " + printed);
        }
    }

    /** Starts the site's process and returns at once. */
    public void startProcess() {
        if (isProcessAlive()) {
            throw new IllegalStateException("the process of site " + name + " runs already");
        }
        process = JavaProcess.builder(MAIN_CLASS, processLog())
                .jvmArguments(jvmArguments.toArray(String[]::new))
                .arguments("site", config.file().toString())
                .start();
    }

    /** Whether the process says that it captures and applies. */
    public boolean isRunning() {
        return status().filter(each -> each.state() == SideState.RUNNING).isPresent();
    }

    /** Waits until the process says that it captures and applies. */
    public void awaitRunning(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!isRunning()) {
            if (!isProcessAlive()) {
                throw new IllegalStateException("the process of site " + name + " has ended: see " + processLog());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "site " + name + " does not run after " + limit.toSeconds() + " s: see " + processLog());
            }
            Pause.of(STATUS_PAUSE);
        }
    }

    /** Kills the process with SIGKILL; returns when it is gone. Nothing happens when it does not run. */
    public void killProcess() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }

    public boolean isProcessAlive() {
        return process != null && process.isAlive();
    }

    /**
     * The id of the site's process.
     *
     * @throws IllegalStateException when it does not run
     */
    public long pid() {
        if (process == null) {
            throw new IllegalStateException("the process of site " + name + " does not run");
        }
        return process.pid();
    }

    /** The file that the site's process writes its messages to. */
    public Path processLog() {
        return folder.resolve(name + ".log");
    }

    /** What the site's process says of itself; empty when it does not answer. */
    public Optional<StatusReport> status() {
        try {
            return Optional.of(statusClient.ask(config));
        } catch (CommandException e) {
            return Optional.empty(); // a process that was killed, or is not up yet
        }
    }
}
