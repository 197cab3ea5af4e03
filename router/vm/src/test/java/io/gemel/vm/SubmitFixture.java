package io.gemel.vm;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A VM inside this JVM, and its database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SubmitFixture {
    static final VmLimits LIMITS = VmLimits.DEFAULT.withTime(Duration.ofSeconds(20));
    static final Answer DONE = Answer.of(201, "application/json", "{\"done\":true}");

    final AtomicInteger runs = new AtomicInteger();
    VmDatabase database;
    HikariDataSource pool;
    Vm vm;

    @BeforeAll
    void start(@TempDir Path directory) throws SQLException {
        database = VmDatabase.start(directory);
        pool = database.pool("e1", LIMITS);
    }

    @AfterAll
    void stop() {
        pool.close();
        database.close();
    }

    @BeforeEach
    void open() throws SQLException {
        database.reset();
        runs.set(0);
        vm = new Vm(new VmConfig("e1", "east", "host-1", List.of(), pool, LIMITS));
    }

    @AfterEach
    void close() {
        vm.close();
    }

    /** Work that is counted, and writes a row for the key. */
    final Work effect(String key) {
        return connection -> {
            runs.incrementAndGet();
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO effect (key, vm) VALUES (?, 'e1')")) {
                insert.setString(1, key);
                insert.executeUpdate();
            }
            return DONE;
        };
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
