package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** PostgreSQL as a child of this process, with the programs that the build brings along. */
final class PostgresChild implements PostgresProcess {
    private static final Duration INITDB_LIMIT = Duration.ofMinutes(2);
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final int STATUS_LINE = 7;

    private final ChildProcess process;

    private PostgresChild(ChildProcess process) {
        this.process = process;
    }

    /** Returns when the server takes connections. */
    static PostgresChild start(PostgresCluster cluster, Map<String, String> settings, boolean passwords) {
        if (!cluster.exists()) {
            List<String> initdb = new ArrayList<>(List.of("--pgdata=" + cluster.data()));
            initdb.addAll(PostgresCluster.INITDB);
            ChildProcess.run("initdb", command(cluster, "initdb", initdb), cluster.initdbLog(), INITDB_LIMIT);
        }
        configure(cluster, settings, passwords);
        ChildProcess process = ChildProcess.start(
                cluster.toString(),
                command(cluster, "postgres", List.of("-D", cluster.data().toString())),
                cluster.log());
        try {
            Waiting.until(
                    cluster + " to take connections",
                    START_LIMIT,
                    () -> !process.isAlive() || isReady(cluster, process.pid()));
        } catch (IllegalStateException e) {
            process.kill();
            throw new IllegalStateException(e.getMessage() + ". " + LogTail.of(cluster.log()), e);
        }
        if (!process.isAlive()) {
            process.kill();
            throw new IllegalStateException(cluster + " ended while it was starting. " + LogTail.of(cluster.log()));
        }
        return new PostgresChild(process);
    }

    @Override
    public void stop(ChildProcess.Signal signal) {
        process.signal(signal);
        process.awaitExit(STOP_LIMIT);
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void freeze() {
        process.signalAll(ChildProcess.Signal.STOP);
    }

    @Override
    public void thaw() {
        process.signalAll(ChildProcess.Signal.CONT);
    }

    @Override
    public boolean isRunning() {
        return process.isAlive();
    }

    @Override
    public long pid() {
        return process.pid();
    }

    /** Writes the settings and who may log in. ALTER SYSTEM stays in force: it is kept in a file of its own. */
    private static void configure(PostgresCluster cluster, Map<String, String> settings, boolean passwords) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.putIfAbsent("unix_socket_directories", "");
        StringBuilder conf = new StringBuilder("# Written at every start.\n");
        all.forEach((name, value) -> conf.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        try {
            Files.writeString(cluster.data().resolve("postgresql.conf"), conf);
            Files.writeString(cluster.data().resolve("pg_hba.conf"), PostgresCluster.access(passwords));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the settings of " + cluster, e);
        }
    }

    /** Whether the server with this process id says in its lock file that it takes connections. */
    private static boolean isReady(PostgresCluster cluster, long pid) {
        Path lockFile = cluster.data().resolve("postmaster.pid");
        if (!Files.exists(lockFile)) {
            return false;
        }
        try {
            List<String> lines = Files.readString(lockFile, StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .toList();
            return lines.size() > STATUS_LINE
                    && lines.get(0).equals(Long.toString(pid))
                    && lines.get(STATUS_LINE).equals("ready");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + lockFile, e);
        }
    }

    private static List<String> command(PostgresCluster cluster, String program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (ChildProcess.user() == 0) {
            // PostgreSQL refuses to run as root. In a user namespace of its own it is nobody, with the same files.
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(PostgresBinaries.of(cluster.major())
                .resolve("bin")
                .resolve(program)
                .toString());
        command.addAll(arguments);
        return command;
    }
}
