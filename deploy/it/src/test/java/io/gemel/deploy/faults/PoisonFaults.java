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
import java.util.Random;

/** Rows that one site refuses: they wait for a person, and nothing else does. */
final class PoisonFaults {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Ids of the peer's transactions that wait here since a constraint named {@code mild} refused them. */
    private static final String REFUSED =
            "SELECT id FROM gemel.parked WHERE reason LIKE '%mild%' AND origin <> '%s' ORDER BY id";

    private final FaultySites sites;

    PoisonFaults(FaultySites sites) {
        this.sites = sites;
    }

    List<Fault> all() {
        return List.of(new Fault(23, "a constraint at the peer refuses a row", this::poison, this::decide));
    }

    private void poison(Random random) throws SQLException {
        FaultySite refusing = sites.any(random);
        FaultySite writing = sites.both().get(1 - sites.both().indexOf(refusing));
        // Rows of earlier trials stay as they are.
        refusing.fixture().execute("ALTER TABLE strict ADD CONSTRAINT mild CHECK (note NOT LIKE 'poison%') NOT VALID");
        String id = "'poison/" + random.nextLong() + "'";
        writing.fixture()
                .execute(
                        "INSERT INTO strict VALUES (" + id + ", 'poison')",
                        "UPDATE strict SET note = 'poison again' WHERE id = " + id);
        await().atMost(LIMIT)
                .until(() -> TwoSites.texts(refusing.fixture(), "SELECT 1 FROM gemel.parked")
                                .size()
                        == 2);
        assertThat(refused(refusing)).hasSize(1);
        new Probe(sites.sites()).awaitCaughtUp(LIMIT);
    }

    /** Mends the site and has the waiting transactions tried again, all of which hang together. */
    private void decide() throws SQLException {
        for (FaultySite site : sites.both()) {
            site.fixture().execute("ALTER TABLE strict DROP CONSTRAINT IF EXISTS mild");
            for (String id : refused(site)) {
                StringWriter said = new StringWriter();
                int exit = Gemel.commandLine()
                        .setOut(new PrintWriter(said, true))
                        .setErr(new PrintWriter(said, true))
                        .execute("parked", site.fixture().file().toString(), "retry", id);
                assertThat(exit).as(said::toString).isEqualTo(ExitCode.DONE);
            }
        }
    }

    private static List<String> refused(FaultySite site) throws SQLException {
        return TwoSites.texts(site.fixture(), REFUSED.replace("%s", site.name()));
    }
}
