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

/** The files of one PostgreSQL server and the commands that work on them. Used by one thread at a time. */
final class PostgresCluster {
    static final String SUPERUSER = "postgres";

    private static final Duration INITDB_LIMIT = Duration.ofMinutes(2);
    private static final int STATUS_LINE = 7;

    private final int major;
    private final Path directory;
    private final Path data;

    PostgresCluster(int major, Path directory) {
        this.major = major;
        this.directory = directory.toAbsolutePath();
        this.data = this.directory.resolve("data");
    }

    Path log() {
        return directory.resolve("postgres.log");
    }

    /** Creates the data directory unless an earlier run did. */
    void initialise() {
        Path versionFile = data.resolve("PG_VERSION");
        if (!Files.exists(versionFile)) {
            List<String> initdb = List.of(
                    "--pgdata=" + data,
                    "--username=" + SUPERUSER,
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync");
            ChildProcess.run("initdb", command("initdb", initdb), directory.resolve("initdb.log"), INITDB_LIMIT);
            return;
        }
        String found = read(versionFile).strip();
        if (!found.equals(Integer.toString(major))) {
            throw new IllegalStateException(data + " belongs to PostgreSQL " + found + ", not " + major
                    + ". Name another directory or delete this one.");
        }
    }

    /** Writes the settings and who may log in. ALTER SYSTEM stays in force: it is kept in a file of its own. */
    void configure(Map<String, String> settings, boolean passwords) {
        StringBuilder conf = new StringBuilder("# Written at every start.\n");
        new LinkedHashMap<>(settings)
                .forEach((name, value) -> conf.append(name)
                        .append(" = '")
                        .append(value.replace("'", "''"))
                        .append("'\n"));
        String others = passwords ? "scram-sha-256" : "trust";
        String access = """
                # Written at every start.
                host all %1$s 127.0.0.1/32 trust
                host replication %1$s 127.0.0.1/32 trust
                host all all 127.0.0.1/32 %2$s
                host replication all 127.0.0.1/32 %2$s
                """.formatted(SUPERUSER, others);
        try {
            Files.writeString(data.resolve("postgresql.conf"), conf);
            Files.writeString(data.resolve("pg_hba.conf"), access);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the settings of PostgreSQL in " + data, e);
        }
    }

    ChildProcess start() {
        return ChildProcess.start(
                "PostgreSQL " + major + " in " + directory, command("postgres", List.of("-D", data.toString())), log());
    }

    /** Whether the server with this process id says in its lock file that it takes connections. */
    boolean isReady(long pid) {
        Path lockFile = data.resolve("postmaster.pid");
        if (!Files.exists(lockFile)) {
            return false;
        }
        List<String> lines = read(lockFile).lines().map(String::strip).toList();
        return lines.size() > STATUS_LINE
                && lines.get(0).equals(Long.toString(pid))
                && lines.get(STATUS_LINE).equals("ready");
    }

    private List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            // PostgreSQL refuses to run as root. In a user namespace of its own it is nobody, with the same files.
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(PostgresBinaries.of(major).resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        return command;
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell who runs this process", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
