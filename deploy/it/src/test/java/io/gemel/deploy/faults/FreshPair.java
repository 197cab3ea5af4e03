package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.site.Prepare;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.site.TwoSites;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.ReasonCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** Two new sites in servers that run already, for a test that damages them beyond repair. One thread. */
final class FreshPair implements AutoCloseable {
    static final String[] SCHEMA = {
        "CREATE TABLE item (id int PRIMARY KEY, v text)",
        "CREATE TABLE counter (id int PRIMARY KEY, n bigint NOT NULL)",
        "INSERT INTO counter VALUES (1, 0)"
    };

    /** Bounds a hang; nothing takes that long. */
    static final Duration LIMIT = Duration.ofMinutes(3);

    private static final String ITEMS = "SELECT id FROM item ORDER BY id";

    private final SiteFixture east;
    private final SiteFixture west;
    private final List<SiteSupervisor> supervisors = new ArrayList<>();
    private int written;

    /** The two sites' names end in the test's. */
    FreshPair(PostgresServer eastServer, PostgresServer westServer, KafkaServer kafka, Path folder, String test)
            throws Exception {
        east = site(eastServer, kafka, folder, "east_" + test, "west_" + test);
        west = site(westServer, kafka, folder, "west_" + test, "east_" + test);
        Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
        for (SiteFixture site : List.of(east, west)) {
            StringWriter printed = new StringWriter();
            site.execute(SCHEMA);
            assertThat(Prepare.run(site.config(), administrator, new PrintWriter(printed)))
                    .as(printed::toString)
                    .isZero();
        }
    }

    private static SiteFixture site(PostgresServer server, KafkaServer kafka, Path folder, String site, String peer)
            throws SQLException {
        return SiteFixture.create(server, kafka.bootstrapServers(), folder, site, peer)
                .with("status.listen", "127.0.0.1:0")
                .with("conflict.policy.public.counter", "last-writer-wins, delta(n)")
                .with("halt.retry.interval", "200ms");
    }

    SiteFixture east() {
        return east;
    }

    SiteFixture west() {
        return west;
    }

    /** Starts a process for a site in this JVM. */
    SiteSupervisor start(SiteFixture site) throws Exception {
        return start(new SiteSupervisor(site.config(), LongUnaryOperator.identity(), InstantSource.system()));
    }

    /** The same, for one that says sooner than others do what it waits for. */
    SiteSupervisor startSoon(SiteFixture site) throws Exception {
        return start(TwoSites.soon(site.config()));
    }

    private SiteSupervisor start(SiteSupervisor supervisor) {
        supervisors.add(supervisor);
        supervisor.start();
        return supervisor;
    }

    /** Ends all processes. */
    void stop() {
        supervisors.forEach(SiteSupervisor::close);
        supervisors.clear();
    }

    /** Commits transactions at east, numbered on from the last, each with an increment. */
    void write(int transactions) throws SQLException {
        east.execute("DO $$ BEGIN FOR i IN " + (written + 1) + ".." + (written + transactions)
                + " LOOP INSERT INTO item VALUES (i, 'x'); UPDATE counter SET n = n + 1; COMMIT; END LOOP; END $$");
        written += transactions;
    }

    /** Both processes run until west has everything that east has, and east knows it for good. */
    void runUntilEqual() throws Exception {
        start(east);
        start(west);
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(items()).hasSize(written);
            assertThat(TwoSites.texts(east, "SELECT coalesce(max(peer_seen), 0) FROM gemel.applied"))
                    .containsExactly(String.valueOf(written));
        });
        stop();
    }

    /** Both processes run until each has what the other one writes. */
    void writeAndRunUntilEqual() throws Exception {
        start(east);
        start(west);
        east.execute("INSERT INTO item VALUES (1000, 'from east')");
        west.execute("INSERT INTO item VALUES (1001, 'from west')", "UPDATE counter SET n = n + 1");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(TwoSites.rows(west, "item"))
                        .contains("(1000,\"from east\")", "(1001,\"from west\")")
                        .isEqualTo(TwoSites.rows(east, "item")));
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(TwoSites.rows(west, "counter")).isEqualTo(TwoSites.rows(east, "counter")));
        stop();
    }

    /** Waits until a process says that a person has to fix something, and how. */
    void awaitHalted(SiteSupervisor supervisor, String... words) {
        await().atMost(LIMIT).untilAsserted(() -> {
            StatusReport report = supervisor.report();
            assertThat(report.state()).as(report::toString).isEqualTo(SideState.HALTED);
            assertThat(report.reason()).contains(words);
        });
    }

    /** Waits until a site, which may run otherwise, has a reason of a kind that holds all words. */
    void awaitReason(SiteSupervisor supervisor, ReasonCode code, String... words) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(supervisor.report().reasons())
                        .filteredOn(reason -> reason.code().equals(code.code()))
                        .singleElement()
                        .satisfies(reason -> assertThat(reason.text()).contains(words)));
    }

    /** West has applied nothing behind the first transaction that it is missing, and counted nothing twice. */
    void assertNothingSkipped() throws SQLException {
        List<String> items = items();
        for (int i = 0; i < items.size(); i++) {
            assertThat(items.get(i)).isEqualTo(String.valueOf(i + 1));
        }
        assertThat(TwoSites.texts(west, "SELECT n FROM counter")).containsExactly(String.valueOf(items.size()));
    }

    /** Numbers of the transactions that west has. */
    List<String> items() throws SQLException {
        return TwoSites.texts(west, ITEMS);
    }

    int written() {
        return written;
    }

    /** East is as it was after so many transactions: the next one is numbered on from there. */
    void wentBackTo(int transactions) {
        written = transactions;
    }

    @Override
    public void close() {
        stop();
    }
}
