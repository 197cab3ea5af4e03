package io.gemel.deploy;

import io.gemel.deploy.config.ConfigException;
import io.gemel.deploy.config.SecretFile;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.database.Sql;
import io.gemel.deploy.embedded.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * One site for a test: a database of its own and a role without any special right in a running server, and a properties file that names
 * them.
 */
public final class SiteFixture {
    public static final String PASSWORD = "s3cret";

    private static final Duration RELOAD_LIMIT = Duration.ofMinutes(1);

    private final PostgresServer server;
    private final String site;
    private final Path folder;
    private final Map<String, String> settings = new LinkedHashMap<>();

    private SiteFixture(PostgresServer server, String kafka, Path folder, String site, String peer) {
        this.server = server;
        this.site = site;
        this.folder = folder;
        settings.put("site", site);
        settings.put("peer", peer);
        settings.put("database.url", server.jdbcUrl(site));
        settings.put("database.user", role());
        settings.put("database.password", "${file:" + site + ".password}");
        settings.put("kafka.bootstrap.servers", kafka);
    }

    /** Creates the site's database and role; both are named after the site. */
    public static SiteFixture create(PostgresServer server, String kafka, Path folder, String site, String peer)
            throws SQLException {
        SiteFixture fixture = new SiteFixture(server, kafka, folder, site, peer);
        server.execute("postgres", "CREATE DATABASE " + site);
        server.execute("postgres", "CREATE ROLE " + fixture.role() + " LOGIN PASSWORD '" + PASSWORD + "'");
        return fixture;
    }

    /** The role that the site works as. */
    public String role() {
        return "gemel_of_" + site;
    }

    /** Sets a line of the properties file. */
    public SiteFixture with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Writes the properties file. */
    public Path file() {
        List<String> lines = new ArrayList<>();
        settings.forEach((key, value) -> lines.add(key + "=" + value));
        try {
            SecretFile.write(folder.resolve(site + ".password"), PASSWORD + "\n");
            return Files.write(folder.resolve(site + ".properties"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the properties of " + site, e);
        }
    }

    /** The site as its properties file says. */
    public SiteConfig config() throws ConfigException {
        return SiteConfigFile.read(file());
    }

    /** Runs statements as the superuser. */
    public SiteFixture execute(String... statements) throws SQLException {
        server.execute(site, statements);
        return this;
    }

    /** Runs {@code ALTER SYSTEM} statements. When it returns, every process of the server has been told and obeys before its next statement. */
    public SiteFixture alterSystem(String... statements) throws SQLException {
        String before = loaded();
        execute(statements).execute("SELECT pg_reload_conf()");
        // The first process tells all others when it has read the file, and new sessions have it from then on.
        Awaitility.await().atMost(RELOAD_LIMIT).until(() -> !loaded().equals(before));
        return this;
    }

    private String loaded() throws SQLException {
        try (Connection connection = connectAsAdministrator()) {
            return Sql.text(connection, "SELECT pg_conf_load_time()::text");
        }
    }

    /** A connection as the superuser. The caller closes it. */
    public Connection connectAsAdministrator() throws SQLException {
        return server.connect(site);
    }

    /** A connection as the site's role. The caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(site), role(), PASSWORD);
    }
}
