package io.gemel.deploy.scenario;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.scenario.Scenario.Write;
import io.gemel.deploy.site.TwoSites;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
    /** Both sites hear of what the first round has them decide by the second, and of what follows from that by the third. */
    private static final int ROUNDS = 3;

    private static final String EAST = "east";
    private static final String WEST = "west";

    private final Pace pace;
    private final List<Scenario> scenarios;
    private final ScenarioSite east;
    private final ScenarioSite west;

    /** What one site held at the end. */
    record Found(List<String> rows, List<String> journal) {}

    private ScenarioRun(TwoSites sites, Pace pace, List<Scenario> scenarios) throws SQLException {
        this.pace = pace;
        this.scenarios = scenarios;
        east = new ScenarioSite(sites.east(), sites.supervisors().get(0));
        west = new ScenarioSite(sites.west(), sites.supervisors().get(1));
    }

    /** Plays them all and returns what each site held then, by scenario and site. */
    static Map<Scenario, Map<String, Found>> play(Path folder, Version version, Pace pace, List<Scenario> scenarios)
            throws Exception {
        try (TwoSites sites = TwoSites.start(folder, version, settings(scenarios))) {
            for (SiteFixture site : List.of(sites.east(), sites.west())) {
                site.with(
                        "apply.group.rows.max",
                        String.valueOf(pace.groupRows().get(site.config().site().name())));
            }
            sites.schema(TwoSites.PROBE).schema(tables(scenarios));
            sites.prepare().run();
            try (ScenarioRun run = new ScenarioRun(sites, pace, scenarios)) {
                return run.play();
            }
        }
    }

    private static Map<String, String> settings(List<Scenario> scenarios) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> tables = new ArrayList<>(List.of("public.*"));
        for (Scenario scenario : scenarios) {
            tables.add(scenario.schema() + ".*");
            scenario.tablePolicies()
                    .forEach((table, policy) ->
                            settings.put("conflict.policy." + scenario.schema() + "." + table, policy));
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
            found.put(
                    scenario,
                    Map.of(EAST, found(east.connection(), scenario), WEST, found(west.connection(), scenario)));
        }
        return found;
    }

    /** Plays scenarios with the same pauses; after these both sites catch up with each other. */
    private void play(List<CatchUp> pauses, List<Scenario> group) throws SQLException {
        int last = group.stream().mapToInt(each -> each.phases().size()).max().orElse(0);
        for (int phase = 0; phase < last; phase++) {
            east.hold();
            west.hold();
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
        Connection connection = (write.site().equals(EAST) ? east : west).connection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path = " + scenario.schema());
            if (write.attempt() != null) {
                claim(statement, scenario.schema() + "/" + write.attempt().submission(), write.attempt());
            }
            statement.execute(write.sql());
            connection.commit();
        } catch (SQLException e) {
            throw new SQLException(scenario.file() + ":" + write.line() + ": " + e.getMessage(), e);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** As an application's VM does it. */
    private static void claim(Statement statement, String key, Scenario.Attempt attempt) throws SQLException {
        statement.execute("DELETE FROM gemel.submission WHERE key = '" + key
                + "' AND status = 'declined' AND attempt < " + attempt.number());
        statement.execute("INSERT INTO gemel.submission (key, attempt, status) VALUES ('" + key + "', "
                + attempt.number() + ", " + (attempt.declined() ? "'declined'" : "'executed'") + ")");
    }

    private void catchUp(CatchUp who) throws SQLException {
        switch (who) {
            case EAST -> turn(east, west);
            case WEST -> turn(west, east);
            case BOTH -> {
                for (int round = 0; round < ROUNDS; round++) {
                    exchange();
                }
            }
        }
    }

    private void exchange() throws SQLException {
        switch (pace.order().next()) {
            case EAST -> {
                turn(east, west);
                turn(west, east);
            }
            case WEST -> {
                turn(west, east);
                turn(east, west);
            }
            case NEITHER -> {
                String eastMark = east.mark();
                String westMark = west.mark();
                east.resume();
                west.resume();
                east.awaitApplied(westMark);
                west.awaitApplied(eastMark);
            }
        }
    }

    /** One site applies everything that the other one has written and decided, while that one is held. */
    private static void turn(ScenarioSite site, ScenarioSite peer) throws SQLException {
        peer.hold();
        String mark = peer.mark();
        site.resume();
        site.awaitApplied(mark);
        site.hold();
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
