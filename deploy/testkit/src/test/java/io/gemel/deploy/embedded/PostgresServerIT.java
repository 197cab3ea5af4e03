package io.gemel.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PostgresServerIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"V15", "V18"})
    void keeps_committed_rows_and_its_port_through_stop_and_kill(Version version) throws Exception {
        try (PostgresServer server =
                PostgresServer.builder(directory).version(version).build()) {
            server.start();
            int port = server.port();
            server.execute("postgres", "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");

            server.stop(StopMode.FAST);
            assertThat(server.isRunning()).isFalse();
            server.start();
            server.execute("postgres", "INSERT INTO t VALUES (2)");

            server.stop(StopMode.IMMEDIATE);
            server.start();
            server.execute("postgres", "INSERT INTO t VALUES (3)");

            List<ProcessHandle> family =
                    ProcessHandle.of(server.pid()).orElseThrow().descendants().toList();
            server.kill();
            // A killed process that init has not yet buried runs no program.
            assertThat(family)
                    .isNotEmpty()
                    .noneMatch(handle -> handle.info().command().isPresent());
            assertThatThrownBy(() -> server.connect("postgres")).isInstanceOf(SQLException.class);

            server.start();
            assertThat(server.port()).isEqualTo(port);
            assertThat(text(server, "SELECT string_agg(id::text, ',' ORDER BY id) FROM t"))
                    .isEqualTo("1,2,3");
            assertThat(text(server, "SHOW server_version")).startsWith(Integer.toString(version.major()));
        }
    }

    @Test
    void answers_nobody_while_it_is_frozen_and_goes_on_or_dies() throws Exception {
        try (PostgresServer server =
                        PostgresServer.builder(directory).withoutFsync().build().start();
                Connection connection = server.connect("postgres")) {
            server.freeze();
            assertThat(connection.isValid(1)).isFalse();
            assertThatThrownBy(() ->
                            DriverManager.getConnection(server.jdbcUrl("postgres") + "?user=postgres&socketTimeout=1"))
                    .isInstanceOf(SQLException.class);
            server.thaw();
            assertThat(text(server, "SELECT 1")).isEqualTo("1");

            server.freeze();
            server.kill();
            server.start();
            assertThat(text(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void is_set_up_for_logical_decoding_of_utf8(Version version) throws Exception {
        try (PostgresServer server = PostgresServer.builder(directory)
                .version(version)
                .setting("max_connections", "17")
                .setting("application_name", "it's")
                .withoutFsync()
                .build()
                .start()) {
            assertThat(text(server, "SHOW wal_level")).isEqualTo("logical");
            assertThat(text(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(text(server, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"))
                    .isEqualTo("C.UTF-8");
            assertThat(text(server, "SHOW max_connections")).isEqualTo("17");
            assertThat(text(server, "SHOW fsync")).isEqualTo("off");
            server.execute("postgres", "SELECT pg_create_logical_replication_slot('s', 'pgoutput')");
        }
    }

    @Test
    void demands_the_password_of_every_user_but_the_superuser() throws Exception {
        try (PostgresServer server = PostgresServer.builder(directory)
                .withPasswords()
                .withoutFsync()
                .build()
                .start()) {
            server.execute("postgres", "CREATE ROLE gemel LOGIN PASSWORD 'secret'");
            String url = server.jdbcUrl("postgres");
            try (Connection connection = DriverManager.getConnection(url, "gemel", "secret")) {
                assertThat(connection.isValid(5)).isTrue();
            }
            assertThatThrownBy(() -> DriverManager.getConnection(url, "gemel", "wrong"))
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void says_what_the_server_said_when_it_does_not_come_up() {
        PostgresServer server = PostgresServer.builder(directory)
                .setting("max_connections", "many")
                .build();

        assertThatThrownBy(server::start)
                .hasMessageContaining("ended while it was starting")
                .hasMessageContaining("invalid value for parameter \"max_connections\"");
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    void refuses_data_of_another_version() throws Exception {
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data").resolve("PG_VERSION"), "14\n");

        assertThatThrownBy(() -> PostgresServer.builder(directory).build().start())
                .hasMessageContaining("belongs to PostgreSQL 14, not 18");
    }

    private static String text(PostgresServer server, String query) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
