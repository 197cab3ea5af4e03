package io.gemel.capture;

import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The servers of a test class: PostgreSQL of the oldest and the newest version, started when first asked for, and a broker. */
final class CaptureServers implements AutoCloseable {
    private static final AtomicInteger SITES = new AtomicInteger();

    private final Path folder;
    private final Map<Version, PostgresServer> databases = new EnumMap<>(Version.class);
    private final KafkaServer kafka;

    CaptureServers(Path folder) {
        this.folder = folder;
        kafka = KafkaServer.builder(folder.resolve("kafka")).build().start();
    }

    PostgresServer database(Version version) {
        return databases.computeIfAbsent(
                version,
                wanted -> PostgresServer.builder(folder.resolve(wanted.name()))
                        .version(wanted)
                        .withoutFsync()
                        .withPasswords()
                        .build()
                        .start());
    }

    KafkaServer kafka() {
        return kafka;
    }

    /** A new site with these tables in a database of its own. */
    CaptureFixture site(Version version, String... tables) throws Exception {
        return new CaptureFixture(database(version), kafka, folder, "site" + SITES.incrementAndGet(), tables);
    }

    @Override
    public void close() {
        databases.values().forEach(PostgresServer::close);
        kafka.close();
    }
}
