package io.gemel.deploy.demo;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.ConfigException;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import java.io.IOException;
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

/**
 * Two sites, {@code east} and {@code west}, on servers of their own: a PostgreSQL server each, one Kafka broker.
 * In order: {@link Builder#start}, {@link #schema}, {@link #prepare}, {@link #run}, and at last {@link #close}.
 * Everything is killed when this JVM exits. Used by one thread.
 */
public final class TwoEmbeddedSites implements AutoCloseable {
    private static final String MARK_TABLE = """
            CREATE TABLE IF NOT EXISTS replication_mark (site text PRIMARY KEY, at timestamptz NOT NULL)""";
    private static final String SET_MARK = """
            INSERT INTO replication_mark VALUES ('%s', clock_timestamp())
            ON CONFLICT (site) DO UPDATE SET at = clock_timestamp()""";
    private static final String MARKS = "SELECT string_agg(site || at, ',' ORDER BY site) FROM replication_mark";
    private static final Duration RUN_LIMIT = Duration.ofMinutes(2);
    private static final Duration MARK_PAUSE = Duration.ofMillis(50);

    private final KafkaServer kafka;
    private final List<PostgresServer> servers = new ArrayList<>();
    private final List<EmbeddedSite> sites = new ArrayList<>();

    private TwoEmbeddedSites(KafkaServer kafka) {
        this.kafka = kafka;
    }

    /**
     * Describes two sites.
     *
     * @param directory holds all their files; has to exist and to be empty
     */
    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    private void open(Builder builder) throws SQLException, ConfigException {
        kafka.start();
        for (String name : List.of("east", "west")) {
            PostgresServer.Builder server = PostgresServer.builder(builder.directory.resolve("postgres-" + name))
                    .withPasswords();
            builder.serverSettings.forEach(server::setting);
            servers.add(server.build().start());
        }
        sites.add(site(builder, servers.get(0), "east", "west"));
        sites.add(site(builder, servers.get(1), "west", "east"));
    }

    private EmbeddedSite site(Builder builder, PostgresServer server, String name, String peer)
            throws SQLException, ConfigException {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("site", name);
        settings.put("peer", peer);
        settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        settings.putAll(builder.siteSettings);
        return EmbeddedSite.create(server, builder.directory, settings, builder.jvmArguments);
    }

    public EmbeddedSite east() {
        return sites.get(0);
    }

    public EmbeddedSite west() {
        return sites.get(1);
    }

    /** East, then west. */
    public List<EmbeddedSite> both() {
        return List.copyOf(sites);
    }

    public KafkaServer kafka() {
        return kafka;
    }

    /** Runs the same statements at both sites; meant for the tables, before {@link #prepare}. */
    public void schema(String... statements) throws SQLException {
        for (EmbeddedSite site : sites) {
            site.execute(statements);
        }
    }

    /** Does at both sites what {@code gemel prepare} does, for all tables there are by now. */
    public void prepare() throws SQLException, CommandException {
        schema(MARK_TABLE);
        for (EmbeddedSite site : sites) {
            site.prepare();
        }
    }

    /** Starts both sites' processes and waits until they replicate. */
    public void run() {
        sites.forEach(EmbeddedSite::startProcess);
        sites.forEach(site -> site.awaitRunning(RUN_LIMIT));
    }

    /**
     * Waits until each site has applied everything that was committed at the other before this call: each writes a mark of
     * its own, and a mark arrives after all that was committed before it.
     *
     * @throws IllegalStateException when that has not happened within the limit
     */
    public void settle(Duration limit) throws SQLException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (EmbeddedSite site : sites) {
            site.execute(SET_MARK.formatted(site.name()));
        }
        try (Connection east = east().connect();
                Connection west = west().connect()) {
            while (!Sql.text(east, MARKS).equals(Sql.text(west, MARKS))) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the sites have not caught up after " + limit.toSeconds()
                            + " s: see " + east().processLog() + " and " + west().processLog());
                }
                Pause.of(MARK_PAUSE);
            }
        }
    }

    /** Ends processes and servers at once. Files stay. */
    @Override
    public void close() {
        sites.forEach(EmbeddedSite::killProcess);
        servers.forEach(PostgresServer::close);
        kafka.close();
    }

    /** Collects what two sites are started with. */
    public static final class Builder {
        private final Path directory;
        private final Map<String, String> serverSettings = new LinkedHashMap<>();
        private final Map<String, String> siteSettings = new LinkedHashMap<>();
        private final List<String> jvmArguments = new ArrayList<>();
        private KafkaServer.Mode kafkaMode = KafkaServer.Mode.IN_PROCESS;

        private Builder(Path directory) {
            this.directory = directory.toAbsolutePath();
        }

        /** Where the broker runs; inside this JVM unless said otherwise. */
        public Builder kafkaMode(KafkaServer.Mode chosen) {
            this.kafkaMode = chosen;
            return this;
        }

        /** A setting of both PostgreSQL servers. */
        public Builder serverSetting(String name, String value) {
            serverSettings.put(name, value);
            return this;
        }

        /** A line of both sites' properties files. */
        public Builder siteSetting(String key, String value) {
            siteSettings.put(key, value);
            return this;
        }

        /** Flags for both sites' JVMs. */
        public Builder jvmArguments(String... added) {
            jvmArguments.addAll(List.of(added));
            return this;
        }

        /** Starts the servers and creates databases, roles and properties files. Nothing replicates yet. */
        public TwoEmbeddedSites start() throws SQLException, ConfigException {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot create " + directory, e);
            }
            TwoEmbeddedSites started = new TwoEmbeddedSites(KafkaServer.builder(directory.resolve("kafka"))
                    .mode(kafkaMode)
                    .build());
            boolean complete = false;
            try {
                started.open(this);
                complete = true;
                return started;
            } finally {
                if (!complete) {
                    started.close();
                }
            }
        }
    }
}
