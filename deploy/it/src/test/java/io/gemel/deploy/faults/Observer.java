package io.gemel.deploy.faults;

import io.gemel.deploy.database.Sql;
import io.gemel.deploy.fixture.SiteFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/** Reads one site's database all the time, as its users do, and notes every snapshot that no user should see. Own thread. */
final class Observer implements Callable<Void> {
    private static final int PAUSE_MILLIS = 150;

    private final SiteFixture site;
    private final String name;
    private final BooleanSupplier stopped;
    private final List<String> halves = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private long looks;
    private volatile Map<String, Long> steps = Map.of();

    Observer(SiteFixture site, String name, BooleanSupplier stopped) {
        this.site = site;
        this.name = name;
        this.stopped = stopped;
    }

    @Override
    public Void call() throws InterruptedException {
        while (!stopped.getAsBoolean()) {
            try (Connection connection = site.connectAsAdministrator()) {
                while (!stopped.getAsBoolean()) {
                    look(connection);
                    Thread.sleep(PAUSE_MILLIS);
                }
            } catch (SQLException e) {
                Thread.sleep(PAUSE_MILLIS); // the server is away: look again
            }
        }
        return null;
    }

    private void look(Connection connection) throws SQLException {
        List<String> half = Sql.list(connection, row -> row.getString(1), FaultTables.HALVES);
        List<String> gap = Sql.list(connection, row -> row.getString(1), FaultTables.GAPS);
        Map<String, Long> now = new HashMap<>();
        Sql.list(connection, row -> now.put(row.getString(1), row.getLong(2)), FaultTables.STEPS);
        steps = Map.copyOf(now);
        synchronized (this) {
            halves.addAll(half);
            gaps.addAll(gap);
            looks++;
        }
    }

    /** How many steps of a writer are here. Any thread. */
    long stepsOf(String writer) {
        return steps.getOrDefault(writer, 0L);
    }

    /** Transactions that were seen in part. */
    synchronized List<String> halves() {
        return List.copyOf(halves);
    }

    /** Steps that were seen before an earlier one. */
    synchronized List<String> gaps() {
        return List.copyOf(gaps);
    }

    @Override
    public String toString() {
        return name;
    }

    /** How many times it has looked. */
    synchronized long looks() {
        return looks;
    }
}
