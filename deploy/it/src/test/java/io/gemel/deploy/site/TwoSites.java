package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.Kafka;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.status.SideState;
import io.gemel.deploy.status.StatusReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/**
 * Two sites on real servers: a PostgreSQL server each and one broker, prepared for the tables that a test creates. Their
 * site processes run inside the test's JVM as supervisors, or outside of it from the properties files.
 */
public final class TwoSites implements AutoCloseable {
    /** Longest that two sites without writers may take to become equal. */
    public static final Duration SETTLE_LIMIT = Duration.ofMinutes(4);

    /** For sites that say what they wait for, and see that tables have changed, sooner than others do. */
    static final SiteTimes SOON = new SiteTimes(Duration.ofSeconds(3), Duration.ofMillis(500));

    private final PostgresServer eastServer;
    private final PostgresServer westServer;
    private final Kafka kafka;
    private final SiteFixture east;
    private final SiteFixture west;
    private final List<SiteSupervisor> supervisors = new ArrayList<>();
    private final List<SiteProcess> processes = new ArrayList<>();
    private SiteTimes times = SiteTimes.USUAL;

    private TwoSites(Path folder, Version version, Kafka broker, Map<String, String> settings) throws Exception {
        kafka = broker.start();
        eastServer = server(folder.resolve("east"), version);
        westServer = server(folder.resolve("west"), version);
        east = fixture(eastServer, folder, "east", "west", settings);
        west = fixture(westServer, folder, "west", "east", settings);
    }

    /** Starts the servers; nothing replicates yet. */
    public static TwoSites start(Path folder, Version version, Map<String, String> settings) throws Exception {
        return start(folder, version, KafkaServer.Mode.IN_PROCESS, settings);
    }

    /** Starts the servers, the broker as a process of its own if so wanted; nothing replicates yet. */
    public static TwoSites start(Path folder, Version version, KafkaServer.Mode mode, Map<String, String> settings)
            throws Exception {
        KafkaServer broker =
                KafkaServer.builder(folder.resolve("kafka")).mode(mode).build();
        return start(folder, version, broker, settings);
    }

    /** Starts the servers, the broker among them; nothing replicates yet. */
    public static TwoSites start(Path folder, Version version, Kafka broker, Map<String, String> settings)
            throws Exception {
        Files.createDirectories(folder);
        return new TwoSites(folder, version, broker, settings);
    }

    private static PostgresServer server(Path folder, Version version) {
        return PostgresServer.builder(folder)
                .version(version)
                .withoutFsync()
                .withPasswords()
                .build()
                .start();
    }

    private SiteFixture fixture(
            PostgresServer server, Path folder, String site, String peer, Map<String, String> settings)
            throws SQLException {
        SiteFixture fixture = SiteFixture.create(server, kafka.bootstrapServers(), folder, site, peer)
                .with("status.listen", "127.0.0.1:" + FreePorts.next())
                .with("halt.retry.interval", "500ms");
        settings.forEach(fixture::with);
        return fixture;
    }

    /** Lets the sites that run inside this JVM from now on go by {@link #SOON}. */
    public TwoSites soon() {
        times = SOON;
        return this;
    }

    /** Runs the same statements at both sites, as the superuser, before {@link #prepare}. */
    public TwoSites schema(String... statements) throws SQLException {
        east.execute(statements);
        west.execute(statements);
        return this;
    }

    /** Runs {@code gemel prepare} at both sites. */
    public TwoSites prepare() throws Exception {
        for (SiteFixture site : List.of(east, west)) {
            StringWriter printed = new StringWriter();
            Optional<Administrator> administrator = Optional.of(new Administrator("postgres", new Secret("")));
            assertThat(Prepare.run(site.config(), administrator, new PrintWriter(printed)))
                    .as(printed::toString)
                    .isZero();
        }
        return this;
    }

    /** Starts both site processes inside this JVM and waits until they run. */
    public TwoSites run() throws Exception {
        run(east, LongUnaryOperator.identity());
        run(west, LongUnaryOperator.identity());
        await().atMost(SETTLE_LIMIT)
                .until(() -> supervisors.stream().allMatch(each -> each.state() == SiteState.RUNNING));
        return this;
    }

    /** Starts one site process inside this JVM, with a clock that a test may have set wrong. */
    public SiteSupervisor run(SiteFixture site, LongUnaryOperator commitClock) throws Exception {
        SiteConfig config = site.config();
        SiteSupervisor supervisor = new SiteSupervisor(config, commitClock, InstantSource.system(), times);
        supervisors.add(supervisor);
        supervisor.start();
        return supervisor;
    }

    /** A process for a site in this JVM that goes by {@link #SOON}; the caller starts and closes it. */
    public static SiteSupervisor soon(SiteConfig config) {
        return new SiteSupervisor(config, LongUnaryOperator.identity(), InstantSource.system(), SOON);
    }

    /** Lets no site of this JVM apply until {@link #resume}: whatever both write meanwhile is concurrent. */
    public void pause() {
        await().atMost(SETTLE_LIMIT).until(() -> {
            supervisors.forEach(SiteSupervisor::pause);
            return supervisors.stream().allMatch(each -> each.report().apply().state() == SideState.PAUSED);
        });
    }

    /** Waits until a site's applier is halted for a reason that names something, and returns it: when the site tries again, it has none. */
    public String awaitReason(SiteSupervisor site, String something) {
        return await().atMost(SETTLE_LIMIT)
                .until(
                        () -> site.report().apply(),
                        apply -> apply.state() == SideState.HALTED
                                && apply.reason().contains(something))
                .reason();
    }

    /**
     * Lets a site see all rows that row security hides from it, once it has said so: its applier halts at one, or, when the catalog was
     * looked at first, the table is left out. What was parked meanwhile is tried again; the site has nothing to complain about then.
     *
     * @param words what the applier must say
     */
    public void showHiddenRows(SiteSupervisor supervisor, SiteFixture site, String... words) throws SQLException {
        await().atMost(SETTLE_LIMIT).until(() -> {
            StatusReport report = supervisor.report();
            String reason = report.apply().reason();
            if (report.apply().state() == SideState.HALTED && !reason.isEmpty()) {
                assertThat(reason).contains(words);
                return true;
            }
            return report.reasons().stream().anyMatch(each -> each.text().contains("BYPASSRLS"));
        });
        site.execute("ALTER ROLE " + site.role() + " BYPASSRLS");
        CommandRun commands = new CommandRun();
        await().atMost(SETTLE_LIMIT).until(() -> {
            List<String> parked = texts(site, "SELECT id FROM gemel.parked");
            parked.forEach(id -> commands.run("parked", site.file(), "retry", id));
            return parked.isEmpty() && supervisor.report().isReady();
        });
    }

    /** Ends the sites of this JVM and starts them again. */
    public void restart() throws Exception {
        supervisors.forEach(SiteSupervisor::close);
        supervisors.clear();
        run();
    }

    /** Waits until a query at a site gives a row. */
    public void awaitRow(SiteFixture site, String query) {
        await().atMost(SETTLE_LIMIT).until(() -> !texts(site, query).isEmpty());
    }

    public void resume() {
        supervisors.forEach(SiteSupervisor::resume);
    }

    /**
     * Lets one site of two that are paused apply what the other one has written, and holds it again. What it then decides is the same
     * whoever is quicker: nothing that the other one decides because of it is there yet.
     */
    public void turn(SiteSupervisor site) throws Exception {
        SiteFixture from = site == supervisors.get(0) ? west : east;
        mark(from);
        site.resume();
        awaitRow(
                from == west ? east : west,
                "SELECT FROM gemel_probe WHERE " + ownMark(from) + " AND at = '"
                        + texts(from, "SELECT at FROM gemel_probe WHERE " + ownMark(from))
                                .get(0) + "'");
        await().atMost(SETTLE_LIMIT).until(() -> {
            site.pause();
            return site.report().apply().state() == SideState.PAUSED;
        });
    }

    /** Prepares a site process outside of this JVM; {@link SiteProcess#start} starts it. Ended by {@link #close}. */
    public SiteProcess process(SiteFixture site, String name, String... jvmArguments) throws IOException {
        SiteProcess process = SiteProcess.of(site, name, jvmArguments);
        processes.add(process);
        return process;
    }

    public SiteFixture east() {
        return east;
    }

    public SiteFixture west() {
        return west;
    }

    public PostgresServer eastServer() {
        return eastServer;
    }

    public PostgresServer westServer() {
        return westServer;
    }

    public Kafka kafka() {
        return kafka;
    }

    public List<SiteSupervisor> supervisors() {
        return supervisors;
    }

    /**
     * Waits until both sites have applied everything of each other: what was committed before this call, what a site publishes because
     * of that, and what the peer publishes because of that in turn.
     */
    public void settle() throws Exception {
        for (int round = 0; round < 3; round++) {
            mark(east);
            mark(west);
            await().atMost(SETTLE_LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> texts(east, PROBE_ROWS).equals(texts(west, PROBE_ROWS)));
        }
    }

    private static void mark(SiteFixture site) throws SQLException {
        site.execute("UPDATE gemel_probe SET at = clock_timestamp() WHERE " + ownMark(site));
    }

    private static String ownMark(SiteFixture site) {
        return "site = '" + site.file().getFileName() + "'";
    }

    private static final String PROBE_ROWS = "SELECT * FROM gemel_probe ORDER BY site";

    /** Table that {@link #settle} writes to; part of the schema of every test that calls it. */
    public static final String[] PROBE = {
        "CREATE TABLE gemel_probe (site text PRIMARY KEY, at timestamptz)",
        "INSERT INTO gemel_probe VALUES ('east.properties', now()), ('west.properties', now())",
        "UPDATE gemel_probe SET at = '2020-01-01'"
    };

    /** Every row of a table at a site, each as one text, ordered. */
    public static List<String> rows(SiteFixture site, String table) throws SQLException {
        return texts(site, "SELECT t::text FROM " + table + " AS t ORDER BY 1");
    }

    /** First column of a query at a site, as the superuser. */
    public static List<String> texts(SiteFixture site, String query) throws SQLException {
        try (Connection connection = site.connectAsAdministrator();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                StringBuilder text = new StringBuilder();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    text.append(i == 1 ? "" : "|").append(rows.getString(i));
                }
                texts.add(text.toString());
            }
            return texts;
        }
    }

    /** Waits until no site has anything to complain about; the reason of its last retry goes a moment after that was committed. */
    public void awaitNoReason() {
        await().atMost(SETTLE_LIMIT)
                .untilAsserted(() -> assertThat(supervisors).allSatisfy(each -> {
                    assertThat(each.report().apply().reason()).isEmpty();
                    assertThat(each.report().capture().reason()).isEmpty();
                }));
    }

    /** Both sites hold the same rows of tables; each table that they do not is told. */
    public void assertEqual(String... tables) throws SQLException {
        TableRows.assertEqual(this, "", tables);
    }

    @Override
    public void close() {
        processes.forEach(SiteProcess::kill);
        supervisors.forEach(SiteSupervisor::close);
        eastServer.close();
        westServer.close();
        kafka.close();
    }
}
