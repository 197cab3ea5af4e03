package io.gemel.deploy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.SiteFixture;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.scenario.Scenario.Write;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.deploy.status.SideState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Plays scenarios on one pair of real sites, each in a schema of its own. Both sites stand still while the transactions of a
 * phase are written, so that all scenarios with the same pauses share them. One thread.
 */
final class ScenarioRun implements AutoCloseable {
    /** Both sites hear of what the first round has them decide in the second, and of what follows from that in the third. */
    private static final int ROUNDS = 3;

    private static final String EAST = "east";
    private static final String WEST = "west";

    private final TwoSites sites;
    private final List<Scenario> scenarios;
    private final Connection east;
    private final Connection west;

    /** What one site held at the end. */
    record Found(List<String> rows, List<String> journal) {}

    private ScenarioRun(TwoSites sites, List<Scenario> scenarios) throws SQLException {
        this.sites = sites;
        this.scenarios = scenarios;
        east = sites.east().connectAsAdministrator();
        west = sites.west().connectAsAdministrator();
    }

    /** Plays them all and returns what each site held then, by scenario and site. */
    static Map<Scenario, Map<String, Found>> play(Path folder, Version version, List<Scenario> scenarios)
            throws Exception {
        try (TwoSites sites = TwoSites.start(folder, version, settings(scenarios))) {
            sites.schema(TwoSites.PROBE).schema(tables(scenarios));
            sites.prepare().run();
            try (ScenarioRun run = new ScenarioRun(sites, scenarios)) {
                return run.play();
            }
        }
    }

    private static Map<String, String> settings(List<Scenario> scenarios) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> tables = new ArrayList<>(List.of("public.*"));
        for (Scenario scenario : scenarios) {
            tables.add(scenario.schema() + ".*");
            settings.put("conflict.policy." + scenario.schema() + ".*", scenario.policy());
        }
        settings.put("tables", String.join(", ", tables));
        return settings;
    }

    private static String[] tables(List<Scenario> scenarios) {
        List<String> statements = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            statements.add("CREATE SCHEMA " + scenario.schema());
            statements.add("SET search_path = " + scenario.schema());
            statements.addAll(scenario.tables());
            statements.addAll(scenario.initial());
        }
        return statements.toArray(String[]::new);
    }

    private Map<Scenario, Map<String, Found>> play() throws SQLException {
        Map<List<CatchUp>, List<Scenario>> groups = scenarios.stream()
                .collect(Collectors.groupingBy(Scenario::pauses, LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<List<CatchUp>, List<Scenario>> group : groups.entrySet()) {
            play(group.getKey(), group.getValue());
        }
        Map<Scenario, Map<String, Found>> found = new LinkedHashMap<>();
        for (Scenario scenario : scenarios) {
            found.put(scenario, Map.of(EAST, found(east, scenario), WEST, found(west, scenario)));
        }
        return found;
    }

    /** Plays scenarios with the same pauses; after these both sites catch up with each other. */
    private void play(List<CatchUp> pauses, List<Scenario> group) throws SQLException {
        int last = group.stream().mapToInt(each -> each.phases().size()).max().orElse(0);
        for (int phase = 0; phase < last; phase++) {
            sites.pause();
            for (Scenario scenario : group) {
                if (phase < scenario.phases().size()) {
                    for (Write write : scenario.phases().get(phase).writes()) {
                        commit(scenario, write);
                    }
                }
            }
            catchUp(phase < pauses.size() ? pauses.get(phase) : CatchUp.BOTH);
        }
    }

    private void commit(Scenario scenario, Write write) throws SQLException {
        Connection connection = write.site().equals(EAST) ? east : west;
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path = " + scenario.schema());
            if (write.attempt() != null) {
                statement.execute("INSERT INTO gemel.submission (key, attempt) VALUES ('" + scenario.schema() + "/"
                        + write.attempt().submission() + "', " + write.attempt().number() + ")");
            }
            statement.execute(write.sql());
            connection.commit();
        } catch (SQLException e) {
            throw new SQLException(scenario.file() + ":" + write.line() + ": " + e.getMessage(), e);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void catchUp(CatchUp who) throws SQLException {
        for (int round = 0; round < (who == CatchUp.BOTH ? ROUNDS : 1); round++) {
            catchUpOnce(who);
            if (who == CatchUp.BOTH) {
                awaitDecided(east);
                awaitDecided(west);
            }
        }
    }

    private void catchUpOnce(CatchUp who) throws SQLException {
        String eastMark = mark(east, sites.east());
        String westMark = mark(west, sites.west());
        SiteSupervisor eastSite = sites.supervisors().get(0);
        SiteSupervisor westSite = sites.supervisors().get(1);
        if (who != CatchUp.WEST) {
            eastSite.resume();
        }
        if (who != CatchUp.EAST) {
            westSite.resume();
        }
        if (who != CatchUp.WEST) {
            awaitMark(eastSite, east, westMark);
        }
        if (who != CatchUp.EAST) {
            awaitMark(westSite, west, eastMark);
        }
    }

    /** Writes a row at a site; where it has arrived, everything before it has. */
    private static String mark(Connection connection, SiteFixture site) throws SQLException {
        String name = site.file().getFileName().toString();
        return marks(
                        connection,
                        "UPDATE gemel_probe SET at = clock_timestamp() WHERE site = '" + name
                                + "' RETURNING site || at")
                .get(0);
    }

    private static void awaitMark(SiteSupervisor supervisor, Connection connection, String mark) {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> assertThat(supervisor.report().apply().state())
                        .as(() -> supervisor.report().apply().reason())
                        .isNotEqualTo(SideState.HALTED))
                .until(() ->
                        marks(connection, "SELECT site || at FROM gemel_probe").contains(mark));
    }

    private static void awaitDecided(Connection connection) {
        await().atMost(TwoSites.SETTLE_LIMIT)
                .until(() -> marks(connection, "SELECT id FROM gemel.parked WHERE decision IS NOT NULL")
                        .isEmpty());
    }

    private static List<String> marks(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> marks = new ArrayList<>();
            while (result.next()) {
                marks.add(result.getString(1));
            }
            return marks;
        }
    }

    private static Found found(Connection connection, Scenario scenario) throws SQLException {
        List<String> rows = new ArrayList<>();
        List<String> journal = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            for (String table : scenario.tableNames()) {
                String prefix = scenario.tableNames().size() == 1 ? "" : table + ": ";
                ResultSet result = statement.executeQuery("SELECT * FROM " + scenario.schema() + "." + table);
                while (result.next()) {
                    rows.add(prefix + RowText.of(result));
                }
            }
            ResultSet result =
                    statement.executeQuery("SELECT array_to_string(key, ', '), kind, winner_site FROM gemel.journal"
                            + " WHERE table_schema = '" + scenario.schema() + "' UNION ALL"
                            + " SELECT split_part(key[1], '/', 2), kind, winner_site FROM gemel.journal"
                            + " WHERE table_schema = 'gemel' AND starts_with(key[1], '" + scenario.schema() + "/')");
            while (result.next()) {
                String row = scenario.namesRowsInJournal() ? result.getString(1) : "";
                journal.add(JournalLine.text(row, result.getString(2), result.getString(3)));
            }
        }
        return new Found(List.copyOf(rows), List.copyOf(journal));
    }

    @Override
    public void close() throws SQLException {
        east.close();
        west.close();
    }
}
