package io.gemel.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of one PostgreSQL server, and what is in them however it runs. Used by one thread at a time. */
final class PostgresCluster {
    static final String SUPERUSER = "postgres";

    /** How the data directory is created. */
    static final List<String> INITDB =
            List.of("--username=" + SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync");

    private final int major;
    private final Path directory;

    PostgresCluster(int major, Path directory) {
        this.major = major;
        this.directory = directory.toAbsolutePath();
    }

    int major() {
        return major;
    }

    Path data() {
        return directory.resolve("data");
    }

    Path log() {
        return directory.resolve("postgres.log");
    }

    Path initdbLog() {
        return directory.resolve("initdb.log");
    }

    /** Whether an earlier run has created the data directory. */
    boolean exists() {
        return Files.exists(versionFile());
    }

    /**
     * Refuses what a server of another version has created.
     *
     * @throws IllegalStateException when one has
     */
    void requireVersion() {
        if (!exists()) {
            return;
        }
        try {
            String found =
                    Files.readString(versionFile(), StandardCharsets.UTF_8).strip();
            if (!found.equals(Integer.toString(major))) {
                throw new IllegalStateException(data() + " belongs to PostgreSQL " + found + ", not " + major
                        + ". Name another directory or delete this one.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + versionFile(), e);
        }
    }

    /** Who may log in: the text of pg_hba.conf. */
    static String access(boolean passwords) {
        return """
                # Written at every start.
                host all %1$s 127.0.0.1/32 trust
                host replication %1$s 127.0.0.1/32 trust
                host all all 127.0.0.1/32 %2$s
                host replication all 127.0.0.1/32 %2$s
                """.formatted(SUPERUSER, passwords ? "scram-sha-256" : "trust");
    }

    private Path versionFile() {
        return data().resolve("PG_VERSION");
    }

    @Override
    public String toString() {
        return "PostgreSQL " + major + " in " + directory;
    }
}
