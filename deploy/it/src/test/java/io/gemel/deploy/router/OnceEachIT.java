package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankLoad;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.bank.BankVm;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A checker that never failed proves nothing. The bank runs at both sites without a fault and without a router, and the checker is content;
 * then one thing is spoilt, in the real databases or by a VM that does it wrong, and the checker must name the key.
 */
class OnceEachIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int SUBMISSIONS = 100;
    private static final int PER_SECOND = 100;

    @TempDir
    static Path folder;

    private static TwoSites sites;
    private static final List<BankVm> VMS = new ArrayList<>();
    private static final List<BankExchange> LOG = new ArrayList<>();

    @BeforeAll
    static void run_without_faults() throws Exception {
        sites = TwoSites.start(
                folder, Version.V18, Map.of(BankTables.POLICY_KEY, BankTables.POLICY, "vm.roles", "bank"));
        sites.schema(TwoSites.PROBE)
                .schema(BankTables.CREATE.toArray(String[]::new))
                .schema(
                        BankTables.OPENING,
                        "CREATE ROLE bank LOGIN PASSWORD '" + SiteFixture.PASSWORD + "'",
                        BankTables.grantTo("bank"))
                .prepare()
                .run();
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            sites.awaitRow(site, "SELECT 1 FROM gemel.gate WHERE opened_for = pg_postmaster_start_time()");
            String name = site.config().site().name();
            BankVm vm = start(name, site.config().database().url());
            VMS.add(vm);
            try (BankLoad load = new BankLoad(client(vm.port()), name, PER_SECOND, new Random(1)).start()) {
                await().atMost(LIMIT).until(() -> load.log().size() >= SUBMISSIONS);
                load.finish();
                LOG.addAll(load.log());
            }
        }
        LOG.add(client(VMS.get(0).port())
                .submit("refused", "/transfers", RouterFixture.TOO_MUCH, System.nanoTime())
                .get());
    }

    private static BankVm start(String site, String url) throws IOException {
        return BankVm.start(
                new BankConfig(
                        site + "-1",
                        site,
                        site,
                        new HostPort("127.0.0.1", 0),
                        new HostPort("127.0.0.1", 0),
                        url,
                        "bank",
                        new Secret(SiteFixture.PASSWORD),
                        BankConfig.THREADS),
                BankVm.Surroundings.NONE);
    }

    private static BankClient client(int port) {
        return new BankClient(List.of(URI.create("http://127.0.0.1:" + port)), LIMIT, LIMIT);
    }

    @AfterAll
    static void stop() {
        VMS.forEach(BankVm::close);
        sites.close();
    }

    @Test
    void the_checker_is_content_with_a_run_without_faults() throws Exception {
        sites.settle();
        OnceEach.assertKept(facts(LOG));
        assertThat(LOG).hasSizeGreaterThan(2 * SUBMISSIONS).allMatch(each -> each.isAcknowledged() || each.isRefused());
        assertThat(LOG).filteredOn(BankExchange::isRefused).hasSize(1);
    }

    /**
     * Something spoilt in the databases.
     *
     * @param what in words
     * @param both done at both sites; {@code $} is a key that was acknowledged
     * @param west done at west only
     * @param said what the checker must say of it
     */
    record SeededDefect(String what, String both, String west, String said) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<SeededDefect> plants() {
        String second =
                "INSERT INTO effect (id, key, site, vm) SELECT md5(key)::uuid, key, site, vm FROM effect WHERE key ="
                        + " '$'";
        return Stream.of(
                new SeededDefect("a second effect at both sites", second, "", "$ has 2 effects at east"),
                new SeededDefect("a second effect at one site", "", second, "$ has 2 effects at west"),
                new SeededDefect(
                        "an effect lost at both sites", "DELETE FROM effect WHERE key = '$'", "", "$ was acknowledged"),
                new SeededDefect(
                        "an effect lost at one site", "", "DELETE FROM effect WHERE key = '$'", "$ was acknowledged"),
                new SeededDefect(
                        "an effect that nobody sent",
                        "INSERT INTO effect (id, key, site, vm) VALUES (md5('$')::uuid, '$$', 'east', 'east-1')",
                        "",
                        "$$ has an effect at east, and nobody sent it"),
                new SeededDefect(
                        "an effect of a refused submission",
                        "INSERT INTO effect (id, key, site, vm) VALUES (md5('$')::uuid, 'refused', 'east', 'east-1')",
                        "",
                        "refused was refused and has an effect"),
                new SeededDefect(
                        "another answer in the ledger",
                        "UPDATE gemel.submission SET response = 'other' WHERE key = '$'",
                        "",
                        "$ was answered 201"),
                new SeededDefect(
                        "a key lost from the ledger",
                        "DELETE FROM gemel.submission WHERE key = '$'",
                        "",
                        "$ has an effect at east, and is not in its ledger"),
                new SeededDefect(
                        "an effect of another attempt than the ledger's",
                        "UPDATE gemel.submission SET vm = 'other' WHERE key = '$'",
                        "",
                        "and the ledger says"),
                new SeededDefect(
                        "ledgers that differ",
                        "",
                        "UPDATE gemel.submission SET attempt = attempt + 1 WHERE key = '$'",
                        "gemel.submission $ is"),
                new SeededDefect(
                        "a balance that differs", "", "UPDATE account SET balance = 7 WHERE id = 7", "account 7 is"),
                new SeededDefect(
                        "money that was made",
                        "UPDATE account SET balance = balance + 1 WHERE id = 7",
                        "",
                        "money is"));
    }

    @ParameterizedTest
    @MethodSource("plants")
    void the_checker_names_what_was_spoilt(SeededDefect plant) throws Exception {
        sites.settle();
        String key = LOG.get(0).key();
        try (Connection east = sites.east().connectAsAdministrator();
                Connection west = sites.west().connectAsAdministrator()) {
            for (Connection each : List.of(east, west)) {
                each.setAutoCommit(false);
                execute(each, plant.both().replace("$", key));
            }
            execute(west, plant.west().replace("$", key));

            List<String> violations = OnceEach.violations(
                    new RunFacts(LOG, List.of(SiteRows.read("east", east), SiteRows.read("west", west))));

            assertThat(violations)
                    .anySatisfy(each -> assertThat(each).contains(plant.said().replace("$", key)));
        } // nothing is committed
    }

    @Test
    void the_checker_names_a_submission_that_a_router_sent_with_two_keys() throws Exception {
        BankClient client = client(VMS.get(0).port());
        BankExchange hidden = client.submit("sent-1", "/transfers", RouterFixture.transfer(1, 2), System.nanoTime())
                .get();
        BankExchange seen = client.submit("sent-2", "/transfers", RouterFixture.transfer(1, 2), System.nanoTime())
                .get();
        sites.settle();

        List<BankExchange> log = new ArrayList<>(LOG);
        log.add(seen);
        assertThat(OnceEach.violations(facts(log)))
                .anySatisfy(each -> assertThat(each).contains("sent-1 has an effect at west, and nobody sent it"));
        LOG.addAll(List.of(hidden, seen)); // the other tests are told the truth
    }

    @Test
    void the_checker_names_a_submission_that_a_vm_did_not_claim() throws Exception {
        HttpServer careless = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        careless.createContext("/", exchange -> {
            try (exchange) {
                String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
                sites.east().execute("INSERT INTO effect (key, site, vm) VALUES ('" + key + "', 'east', 'careless')");
                exchange.getResponseHeaders().set("Gemel-Outcome", "executed");
                byte[] body = "done".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        careless.start();
        try {
            BankClient client = client(careless.getAddress().getPort());
            client.submit("careless", "/transfers", "{}", System.nanoTime()).get();
            BankExchange again = client.submit("careless", "/transfers", "{}", System.nanoTime())
                    .get();
            sites.settle();

            List<BankExchange> log = new ArrayList<>(LOG);
            log.add(again);
            assertThat(OnceEach.violations(facts(log)))
                    .anySatisfy(each -> assertThat(each).contains("careless has 2 effects at west"));
        } finally {
            careless.stop(0);
            sites.east().execute("DELETE FROM effect WHERE key = 'careless'");
        }
    }

    private static RunFacts facts(List<BankExchange> log) throws SQLException {
        try (Connection east = sites.east().connectAsAdministrator();
                Connection west = sites.west().connectAsAdministrator()) {
            return new RunFacts(log, List.of(SiteRows.read("east", east), SiteRows.read("west", west)));
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        if (!sql.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }
}
