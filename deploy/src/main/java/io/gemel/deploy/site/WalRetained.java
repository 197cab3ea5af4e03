package io.gemel.deploy.site;

import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.SiteDatabase;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** How much of its log the database keeps for the slot; asked of it at most once in a while. Thread-safe. */
final class WalRetained {
    private static final Duration MEMORY = Duration.ofSeconds(5);

    private final SiteConfig config;
    private long bytes;
    private long askedNanos = System.nanoTime() - MEMORY.toNanos();

    WalRetained(SiteConfig config) {
        this.config = config;
    }

    /** Bytes as last known; 0 until the database was reached for the first time. */
    synchronized long bytes() {
        if (System.nanoTime() - askedNanos >= MEMORY.toNanos()) {
            askedNanos = System.nanoTime();
            try (Connection connection = SiteDatabase.connect(config)) {
                bytes = Sql.first(
                                connection,
                                row -> row.getLong(1),
                                "SELECT pg_current_wal_lsn() - restart_lsn FROM pg_replication_slots WHERE slot_name = ?",
                                config.slot())
                        .orElse(0L);
            } catch (CommandException | SQLException e) {
                return bytes; // the site's own state says that the database is away
            }
        }
        return bytes;
    }
}
