package io.gemel.deploy.check;

import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.site.Prepare;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Servers of two versions and a broker for one class of check tests, and the sites in them. */
final class CheckServers implements AutoCloseable {
    static final InstantSource CLOCK = InstantSource.system();

    private static final AtomicInteger SITES = new AtomicInteger();

    private final Path folder;
    private final Map<Version, PostgresServer> servers = new EnumMap<>(Version.class);
    private final KafkaServer kafka;

    private CheckServers(Path folder) {
        this.folder = folder;
        this.kafka = KafkaServer.builder(folder.resolve("kafka")).build();
    }

    /** Starts everything below a folder. */
    static CheckServers start(Path folder) {
        CheckServers started = new CheckServers(folder);
        for (Version version : new Version[] {Version.V15, Version.V18}) {
            PostgresServer server = PostgresServer.builder(folder.resolve(version.name()))
                    .version(version)
                    .setting("max_slot_wal_keep_size", "10GB")
                    .setting("track_commit_timestamp", "on")
                    .setting("max_replication_slots", "50")
                    .withoutFsync()
                    .withPasswords()
                    .build();
            started.servers.put(version, server.start());
        }
        started.kafka.start();
        return started;
    }

    PostgresServer server(Version version) {
        return Objects.requireNonNull(servers.get(version));
    }

    KafkaServer kafka() {
        return kafka;
    }

    /** A new site in one of the servers. */
    SiteFixture site(Version version) throws SQLException {
        return site(version, "check" + SITES.incrementAndGet(), "other");
    }

    /** A new site of a name in one of the servers. */
    SiteFixture site(Version version, String name, String peer) throws SQLException {
        return SiteFixture.create(server(version), kafka.bootstrapServers(), folder, name, peer);
    }

    /** Prepares a site, with the superuser's help. */
    static void prepare(SiteFixture site) throws Exception {
        Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
        Prepare.run(site.config(), administrator, new PrintWriter(new StringWriter()));
    }

    static Check.Result check(SiteFixture site) throws Exception {
        return Check.run(List.of(site.config()), CLOCK);
    }

    /** Findings as they are printed. */
    static List<String> lines(Check.Result result) {
        return result.findings().stream().map(Finding::toString).toList();
    }

    @Override
    public void close() {
        servers.values().forEach(PostgresServer::close);
        kafka.close();
    }
}
