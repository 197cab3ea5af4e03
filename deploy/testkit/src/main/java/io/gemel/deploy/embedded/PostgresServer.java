package io.gemel.deploy.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on the loopback address, set up for logical decoding. It can be stopped, killed and started
 * again with the same data on the same port. The superuser is {@code postgres} and needs no password. Safe to use from
 * several threads; calls that start or end it wait for each other.
 */
public final class PostgresServer implements AutoCloseable {
    /** The versions whose programs the build brings along. */
    public enum Version {
        V15(15),
        V16(16),
        V17(17),
        V18(18);

        private final int major;

        Version(int major) {
            this.major = major;
        }

        /** The number PostgreSQL calls the version by. */
        public int major() {
            return major;
        }
    }

    /** How a server is asked to end. */
    public enum StopMode {
        /** Clients are cut off, their transactions roll back, a checkpoint is written. Waits for replication clients. */
        FAST(ChildProcess.Signal.INT),
        /** Ends at once without a checkpoint; the next start recovers from the log. */
        IMMEDIATE(ChildProcess.Signal.QUIT);

        private final ChildProcess.Signal signal;

        StopMode(ChildProcess.Signal signal) {
            this.signal = signal;
        }
    }

    /** The first version in which the work of checking a password can be set. */
    private static final int SETS_ITERATIONS = 16;

    private final Servers servers = Servers.chosen();
    private final Version version;
    private final int port;
    private final Map<String, String> settings;
    private final boolean passwords;
    private final PostgresCluster cluster;
    private @Nullable PostgresProcess process;

    private PostgresServer(Builder builder) {
        this.version = builder.version;
        this.port = FreePorts.next();
        this.settings = new LinkedHashMap<>(builder.settings);
        this.settings.put("port", Integer.toString(port));
        this.passwords = builder.passwords;
        if (passwords && version.major() >= SETS_ITERATIONS) {
            // The usual 4096 make guessing slow; here each new connection of each new JVM would pay for them.
            this.settings.put("scram_iterations", "1");
        }
        this.cluster = new PostgresCluster(version.major(), builder.directory);
    }

    /**
     * Describes a server.
     *
     * @param directory holds its data and logs; created at the first start, kept after the last
     */
    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    /**
     * Starts the server and returns when it takes connections. The first start creates an empty server.
     *
     * @throws IllegalStateException when it runs already or does not come up; the message ends with its log
     */
    public synchronized PostgresServer start() {
        if (isRunning()) {
            throw new IllegalStateException(this + " runs already");
        }
        close(); // what has ended by itself is not forgotten
        cluster.requireVersion();
        process = switch (servers) {
            case EMBEDDED -> PostgresChild.start(cluster, settings, passwords);
            case CONTAINERS -> PostgresInContainer.start(cluster, jdbcUrl("postgres"), settings, passwords);
        };
        return this;
    }

    /** Asks the server to end and waits for it. Does nothing when it does not run. */
    public synchronized void stop(StopMode mode) {
        if (process != null) {
            process.stop(mode.signal);
            process = null;
        }
    }

    /** Kills every process of the server at once, as a power cut would, and waits until none is left. */
    public synchronized void kill() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }

    /**
     * Lets no process of the server go on, until {@link #thaw} or {@link #kill}. Its clients see what they see when its machine loses
     * its power: connections stay, and nothing comes.
     *
     * @throws IllegalStateException when the server does not run
     */
    public synchronized void freeze() {
        running().freeze();
    }

    /** Lets a frozen server go on where it was. */
    public synchronized void thaw() {
        running().thaw();
    }

    private PostgresProcess running() {
        if (process == null) {
            throw new IllegalStateException(this + " does not run");
        }
        return process;
    }

    /** Ends the server without waiting for its clients. Its data stays. */
    @Override
    public void close() {
        stop(StopMode.IMMEDIATE);
    }

    /** Whether the server's first process is alive. */
    public synchronized boolean isRunning() {
        return process != null && process.isRunning();
    }

    /**
     * The process id of the server's first process.
     *
     * @throws IllegalStateException when the server does not run
     */
    public synchronized long pid() {
        return running().pid();
    }

    /** The port it listens on, the same for all its life. */
    public int port() {
        return port;
    }

    public Version version() {
        return version;
    }

    /** The file the server writes its messages to. */
    public Path log() {
        return cluster.log();
    }

    /** The JDBC URL of a database, without a user. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** A new connection as the superuser. The caller closes it. */
    public Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", PostgresCluster.SUPERUSER);
        return DriverManager.getConnection(jdbcUrl(database), properties);
    }

    /** Executes statements as the superuser, each in a transaction of its own. */
    public void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public String toString() {
        return "PostgreSQL " + version.major() + " on port " + port;
    }

    /** Collects what a server is started with. */
    public static final class Builder {
        private final Path directory;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private Version version = Version.V18;
        private boolean passwords;

        private Builder(Path directory) {
            this.directory = directory;
            settings.put("listen_addresses", "127.0.0.1");
            settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
            settings.put("max_connections", "100");
            settings.put("shared_buffers", "32MB");
            settings.put("wal_level", "logical");
        }

        /** The version; the newest unless said otherwise. */
        public Builder version(Version chosen) {
            this.version = chosen;
            return this;
        }

        /** A server setting of postgresql.conf, replacing an earlier value. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** Skips waiting for the disk. Data then survives the end of the server, but not that of the machine. */
        public Builder withoutFsync() {
            return setting("fsync", "off");
        }

        /** Demands a password (SCRAM) of every user but the superuser. */
        public Builder withPasswords() {
            this.passwords = true;
            return this;
        }

        public PostgresServer build() {
            return new PostgresServer(this);
        }
    }
}
