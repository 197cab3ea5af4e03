package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.Gemel;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.site.TwoSites;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Both sites add to one row what its columns or its constraint take of each, but not of both: each site parks the other's
 * transaction, and a person decides for both.
 */
final class LimitedRows {
    static final String TABLE = "limited";

    static final String[] SCHEMA = {
        "CREATE TABLE limited (id text PRIMARY KEY, small smallint, price numeric(5, 2), balance numeric CHECK (balance >= 0))"
    };

    /** Site settings that the table needs. */
    static final Map<String, String> SETTINGS =
            Map.of("conflict.policy.public.limited", "last-writer-wins, delta(small, price, balance)");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** What either site may do to a new row, and not both. */
    private static final List<String> CHANGES = List.of(
            "small = small + 20000", "small = small - 20000", "price = price + 600.25", "balance = balance - 80");

    private final FaultySites sites;
    private String row = "";

    LimitedRows(FaultySites sites) {
        this.sites = sites;
    }

    List<Fault> all() {
        return List.of(new Fault(24, "increments of both sites come to too much", this::exceed, this::decide));
    }

    private void exceed(Random random) throws SQLException {
        row = "'" + random.nextLong() + "'";
        sites.any(random).fixture().execute("INSERT INTO limited VALUES (" + row + ", 0, 0, 100)");
        new Probe(sites.sites()).awaitCaughtUp(LIMIT);
        String change = CHANGES.get(random.nextInt(CHANGES.size()));
        sites.both().forEach(site -> site.peerLog().cut());
        for (FaultySite site : sites.both()) {
            site.fixture().execute("UPDATE limited SET " + change + " WHERE id = " + row);
        }
        sites.both().forEach(FaultySite::restoreLinks);
        for (FaultySite site : sites.both()) {
            await().atMost(LIMIT).until(() -> parked(site).size() == 1);
        }
        new Probe(sites.sites()).awaitCaughtUp(LIMIT);
    }

    /** At one site, for both. */
    private void decide() throws SQLException {
        FaultySite site = sites.both().get(Math.floorMod(row.hashCode(), 2));
        String decision = row.length() % 2 == 0 ? "retry" : "discard";
        for (String id : parked(site)) {
            StringWriter said = new StringWriter();
            int exit = Gemel.commandLine()
                    .setOut(new PrintWriter(said, true))
                    .setErr(new PrintWriter(said, true))
                    .execute("parked", site.fixture().file().toString(), decision, id);
            assertThat(exit).as(said::toString).isEqualTo(ExitCode.DONE);
        }
        for (FaultySite each : sites.both()) {
            await().atMost(LIMIT).until(() -> parked(each).isEmpty());
        }
    }

    /** Ids of the peer's transactions that wait at a site. */
    private static List<String> parked(FaultySite site) throws SQLException {
        return TwoSites.texts(
                site.fixture(), "SELECT id FROM gemel.parked WHERE origin <> '" + site.name() + "' ORDER BY id");
    }
}
