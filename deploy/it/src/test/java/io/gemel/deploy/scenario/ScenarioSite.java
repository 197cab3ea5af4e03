package io.gemel.deploy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.deploy.status.SideState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One of the two sites that scenarios are played on: its applier, which can be held, and its database. One thread. */
final class ScenarioSite implements AutoCloseable {
    private final SiteSupervisor supervisor;
    private final Connection connection;
    private final String probe;

    ScenarioSite(SiteFixture site, SiteSupervisor supervisor) throws SQLException {
        this.supervisor = supervisor;
        connection = site.connectAsAdministrator();
        probe = site.file().getFileName().toString();
    }

    /** A connection as the superuser, in autocommit mode. */
    Connection connection() {
        return connection;
    }

    /** Lets this site apply nothing until {@link #resume}; what it applies right now is finished first. */
    void hold() {
        await().atMost(TwoSites.SETTLE_LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> {
            supervisor.pause();
            return supervisor.report().apply().state() == SideState.PAUSED;
        });
    }

    void resume() {
        supervisor.resume();
    }

    /** Writes a row; where it has arrived, everything that this site wrote and decided before has. */
    String mark() throws SQLException {
        return texts("UPDATE gemel_probe SET at = clock_timestamp() WHERE site = '" + probe + "' RETURNING site || at")
                .get(0);
    }

    /** Waits until a mark of the other site has arrived, and all that a person has decided here about parked transactions is done. */
    void awaitApplied(String mark) {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> assertThat(supervisor.report().apply().state())
                        .as(() -> supervisor.report().apply().reason())
                        .isNotEqualTo(SideState.HALTED))
                .until(() -> texts("SELECT site || at FROM gemel_probe").contains(mark)
                        && texts("SELECT id FROM gemel.parked WHERE decision IS NOT NULL")
                                .isEmpty());
    }

    private List<String> texts(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (result.next()) {
                texts.add(result.getString(1));
            }
            return texts;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
