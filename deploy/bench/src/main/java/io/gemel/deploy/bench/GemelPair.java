package io.gemel.deploy.bench;

import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.SiteConfigFile;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.site.Prepare;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gemel: two databases, one broker, two site processes, all on this machine. */
final class GemelPair implements ReplicatedPair {
    /** Named, not referred to: the command line knows the benchmark, so the benchmark must not know it. */
    private static final String COMMAND = "io.gemel.deploy.Gemel";

    private static final String DATABASE = "bank";
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Path folder;
    private final PostgresServer east;
    private final PostgresServer west;
    private final KafkaServer kafka;
    private final List<Path> files = new ArrayList<>();
    private final List<JavaProcess> processes = new ArrayList<>();

    GemelPair(Path folder) throws Exception {
        this(folder, BankSchema.CREATE);
    }

    /** @param schema statements that create what both databases hold */
    GemelPair(Path folder, String... schema) throws Exception {
        this.folder = folder;
        Files.createDirectories(folder);
        east = PostgresServer.builder(folder.resolve("east")).build().start();
        west = PostgresServer.builder(folder.resolve("west")).build().start();
        kafka = KafkaServer.builder(folder.resolve("kafka"))
                .mode(KafkaServer.Mode.CHILD_PROCESS)
                .build()
                .start();
        files.add(prepare(east, "east", "west", schema));
        files.add(prepare(west, "west", "east", schema));
    }

    private Path prepare(PostgresServer server, String site, String peer, String... schema) throws Exception {
        server.execute("postgres", "CREATE DATABASE " + DATABASE, "CREATE ROLE gemel LOGIN");
        server.execute(DATABASE, schema);
        Path file = Files.write(
                folder.resolve(site + ".properties"),
                List.of(
                        "site=" + site,
                        "peer=" + peer,
                        "database.url=" + server.jdbcUrl(DATABASE),
                        "database.user=gemel",
                        "database.password=",
                        "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                        "status.listen=127.0.0.1:" + FreePorts.next()));
        SiteConfig config = SiteConfigFile.read(file);
        StringWriter printed = new StringWriter();
        Administrator administrator = new Administrator("postgres", new Secret(""));
        if (Prepare.run(config, Optional.of(administrator), new PrintWriter(printed)) != ExitCode.DONE) {
            throw new IllegalStateException(printed.toString());
        }
        return file;
    }

    @Override
    public String name() {
        return "Gemel";
    }

    @Override
    public void startReplicating() {
        for (Path file : files) {
            processes.add(JavaProcess.builder(COMMAND, Path.of(file + ".log"))
                    .jvmArguments("-Xmx512m")
                    .arguments("site", file.toString())
                    .start());
        }
    }

    @Override
    public void stopReplicating() {
        processes.forEach(process -> process.terminate(STOP_LIMIT));
        processes.clear();
    }

    @Override
    public Connection connectEast() throws SQLException {
        return east.connect(DATABASE);
    }

    @Override
    public Connection connectWest() throws SQLException {
        return west.connect(DATABASE);
    }

    @Override
    public Duration processorTime() {
        return processes.stream()
                .flatMap(process -> ProcessHandle.of(process.pid()).stream())
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        stopReplicating();
        kafka.close();
        east.close();
        west.close();
    }
}
