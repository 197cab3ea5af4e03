package io.gemel.deploy.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL in a container. */
final class PostgresInContainer implements PostgresProcess {
    private static final String ACCESS = "/etc/pg_hba.conf";
    private static final int CONNECT_LIMIT_S = 5;

    private final ServerContainer container;

    private PostgresInContainer(ServerContainer container) {
        this.container = container;
    }

    /** Returns when the server takes connections. */
    static PostgresInContainer start(
            PostgresCluster cluster, String jdbcUrl, Map<String, String> settings, boolean passwords) {
        DockerImageName image = ContainerEngine.image("gemel/test-postgres:" + cluster.major(), "postgres");
        PostgreSQLContainer postgres = new Unexposed(image, jdbcUrl)
                .withUsername(PostgresCluster.SUPERUSER)
                .withDatabaseName(PostgresCluster.SUPERUSER)
                .withEnv("POSTGRES_INITDB_ARGS", String.join(" ", PostgresCluster.INITDB))
                .withEnv("PGDATA", cluster.data().toString())
                // The first line is for the image's own scripts.
                .withCopyToContainer(
                        Transferable.of("local all all trust\n" + PostgresCluster.access(passwords)), ACCESS);
        List<String> command = new ArrayList<>(List.of("docker-entrypoint.sh", "postgres", "-c", "hba_file=" + ACCESS));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return new PostgresInContainer(ServerContainer.start(
                cluster.toString(), postgres, cluster.data(), cluster.log(), command, () -> takesConnections(jdbcUrl)));
    }

    @Override
    public void stop(ChildProcess.Signal signal) {
        container.stop(signal);
    }

    @Override
    public void kill() {
        container.kill();
    }

    @Override
    public void freeze() {
        container.freeze();
    }

    @Override
    public void thaw() {
        container.thaw();
    }

    @Override
    public boolean isRunning() {
        return container.isRunning();
    }

    @Override
    public long pid() {
        return container.pid();
    }

    private static boolean takesConnections(String jdbcUrl) {
        String url = jdbcUrl + "?connectTimeout=" + CONNECT_LIMIT_S + "&user=" + PostgresCluster.SUPERUSER;
        try (Connection connection = DriverManager.getConnection(url)) {
            return connection.isValid(CONNECT_LIMIT_S);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Testcontainers' own, but for what it does about the port, which it takes for an exposed one. */
    private static final class Unexposed extends PostgreSQLContainer {
        private final String jdbcUrl;

        private Unexposed(DockerImageName image, String jdbcUrl) {
            super(image);
            this.jdbcUrl = jdbcUrl;
        }

        @Override
        public String getJdbcUrl() {
            return jdbcUrl;
        }

        @Override
        protected void waitUntilContainerStarted() {
            // The one who starts it waits.
        }
    }
}
