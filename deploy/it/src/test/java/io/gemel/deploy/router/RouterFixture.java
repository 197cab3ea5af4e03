package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankLoad;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.config.ConfigException;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteProcess;
import io.gemel.deploy.site.TwoSites;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Two sites, the bank's VMs, a router at each site: every one a process of its own. East has two VMs on one host and one on another, west
 * has one. Routers reach VMs through proxies. One thread.
 */
final class RouterFixture implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(4);
    /** A transfer of more than an account has, which the bank refuses for good. */
    static final String TOO_MUCH = "{\"from\":1,\"to\":2,\"amount\":2000000000}";

    /** Work for JVMs that have just started: they answer slowly whatever happens. */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private static final int WARM_UP_PER_SECOND = 30;
    private static final Duration TRY_LIMIT = Duration.ofSeconds(40);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROLE = "bank";
    private static final String[][] VMS = {
        {"e1", "east", "host-1"},
        {"e2", "east", "host-1"},
        {"e3", "east", "host-2"},
        {"w1", "west", "host-3"}
    };

    private final Path folder;
    private final TwoSites sites;
    private final Wires wires;
    private final Map<String, SiteProcess> siteProcesses = new LinkedHashMap<>();
    private final Map<String, VmProcess> vms = new LinkedHashMap<>();
    private final List<BankExchange> log = new ArrayList<>();
    private final List<BankLoad> loads = new ArrayList<>();
    private final Map<String, RouterProcess> routers = new LinkedHashMap<>();

    private RouterFixture(Path folder, TwoSites sites, Wires wires) {
        this.folder = folder;
        this.sites = sites;
        this.wires = wires;
    }

    /** Starts everything, waits until both routers know every VM as alive, and lets all of them work for a while. */
    static RouterFixture start(Path folder, String... routerLines) throws Exception {
        Map<String, String> settings = Map.of(BankTables.POLICY_KEY, BankTables.POLICY, "vm.roles", ROLE);
        Wires wires = new Wires();
        KafkaServer broker = wires.throughProxies(KafkaServer.builder(folder.resolve("kafka")))
                .build();
        TwoSites sites = TwoSites.start(folder, Version.V18, broker, settings);
        RouterFixture fixture = new RouterFixture(folder, sites, wires);
        try {
            fixture.begin(List.of(routerLines));
            return fixture;
        } catch (Exception | Error e) {
            fixture.close();
            throw e;
        }
    }

    private void begin(List<String> routerLines) throws Exception {
        sites.schema(TwoSites.PROBE)
                .schema(BankTables.CREATE.toArray(String[]::new))
                .schema(
                        BankTables.OPENING,
                        "CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + SiteFixture.PASSWORD + "'",
                        BankTables.grantTo(ROLE))
                .prepare();
        addSite("east", sites.east());
        addSite("west", sites.west());
        for (String[] each : VMS) {
            addVm(each[0], each[1], each[2]);
        }
        vms.values().forEach(VmProcess::start);
        // Before the routers start: on a small machine all of them at once would take longer.
        awaitVmsOpen();
        for (String site : List.of("east", "west")) {
            List<String> lines = new ArrayList<>(topology(site));
            lines.addAll(routerLines);
            routers.put(site, new RouterProcess(site + "-1", site, folder, lines).start());
        }
        awaitAllAlive();
        warmUp();
    }

    private void warmUp() throws InterruptedException {
        List<BankLoad> warming = new ArrayList<>();
        for (String site : List.of("east", "west")) {
            warming.add(load(site, "warm-up-" + site, WARM_UP_PER_SECOND, new Random(1)));
        }
        Thread.sleep(WARM_UP.toMillis()); // the time itself is what is wanted
        for (BankLoad each : warming) {
            each.finish();
        }
    }

    private void addSite(String name, SiteFixture site) throws IOException {
        site.with("peer.kafka.bootstrap.servers", wires.peerLog(name));
        SiteProcess process = sites.process(site, name).start();
        siteProcesses.put(name, process);
        wires.addStatus(name, portOf(process.statusListen()));
    }

    private static int portOf(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private void addVm(String name, String site, String host) {
        HostPort listen = new HostPort("127.0.0.1", FreePorts.next());
        HostPort heartbeats = new HostPort("127.0.0.1", FreePorts.next());
        wires.addVm(name, site, listen.port(), heartbeats.port());
        BankConfig config = new BankConfig(
                name,
                site,
                host,
                listen,
                heartbeats,
                server(site).jdbcUrl(site),
                ROLE,
                new Secret(SiteFixture.PASSWORD),
                BankConfig.THREADS);
        vms.put(name, new VmProcess(config, folder, orders()));
    }

    private List<String> topology(String router) {
        List<String> lines = new ArrayList<>();
        vms.forEach((name, vm) -> {
            lines.add("vm." + name + ".url=http://" + wires.toVm(router, name).address());
            lines.add("vm." + name + ".heartbeat.url=http://"
                    + wires.toHeartbeat(router, name).address());
            lines.add("vm." + name + ".site=" + vm.site());
            lines.add("vm." + name + ".host=" + vm.host());
        });
        siteProcesses
                .keySet()
                .forEach(name -> lines.add("site." + name + ".status=http://"
                        + wires.toStatus(router, name).address()));
        return lines;
    }

    /** Waits until each VM takes submissions and both routers know. */
    void awaitAllAlive() {
        awaitVmsOpen();
        for (RouterProcess router : routers.values()) {
            for (String vm : vms.keySet()) {
                awaitVm(router, vm, "alive");
            }
        }
    }

    private void awaitVmsOpen() {
        await().atMost(START_LIMIT).until(() -> {
            for (VmProcess vm : vms.values()) {
                if (!vm.isOpen()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Waits until a router thinks so of a VM. */
    void awaitVm(RouterProcess router, String vm, String state) {
        await().atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> state.equals(router.stateOf("vms", vm)));
    }

    /** Waits until a router thinks so of a site. */
    void awaitSite(RouterProcess router, String site, String state) {
        await().atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> state.equals(router.stateOf("sites", site)));
    }

    /** Where grief is ordered. */
    Path orders() {
        return folder.resolve("orders");
    }

    TwoSites sites() {
        return sites;
    }

    PostgresServer server(String site) {
        return site.equals("east") ? sites.eastServer() : sites.westServer();
    }

    SiteProcess siteProcess(String site) {
        return siteProcesses.get(site);
    }

    VmProcess vm(String name) {
        return vms.get(name);
    }

    /** What stands between everything that talks to each other. */
    Wires wires() {
        return wires;
    }

    List<VmProcess> vmsOf(String site) {
        return vms.values().stream().filter(vm -> vm.site().equals(site)).toList();
    }

    RouterProcess router(String site) {
        return routers.get(site);
    }

    /** A client that asks the router of a site first, and then the other one. */
    BankClient client(String site) {
        URI first = router(site).uri();
        URI second = router(site.equals("east") ? "west" : "east").uri();
        return new BankClient(List.of(first, second), TRY_LIMIT, PATIENCE);
    }

    /** A client that asks the router of a site only. */
    BankClient clientOf(String site) {
        return new BankClient(List.of(router(site).uri()), TRY_LIMIT, PATIENCE);
    }

    /** A load at the router of a site, and at the other one when that fails; its keys begin with the prefix. Its log is part of the clients'. */
    BankLoad load(String site, String prefix, int perSecond, Random random) {
        BankLoad load = new BankLoad(client(site), prefix, perSecond, random).start();
        loads.add(load);
        return load;
    }

    /** A transfer of 1 between two accounts. */
    static String transfer(int from, int to) {
        return "{\"from\":" + from + ",\"to\":" + to + ",\"amount\":1}";
    }

    /** Gives the order to both routers, as a person would; each command returns when it is carried out. */
    void order(String command, String what, String name) {
        for (RouterProcess router : routers.values()) {
            CommandRun run = new CommandRun();
            assertThat(run.run(command, router.file(), what, name))
                    .as(() -> run.out() + run.err())
                    .isZero();
        }
    }

    /** Everything of a site but its broker, as a power cut would. */
    void killSite(String site) {
        // The database first: else a VM that lives a moment longer would answer what another one had committed.
        server(site).kill();
        vmsOf(site).forEach(VmProcess::kill);
        siteProcess(site).kill();
    }

    /** Starts every process and server that a test has killed. */
    void startWhatIsDead() {
        for (String site : siteProcesses.keySet()) {
            if (!server(site).isRunning()) {
                server(site).start();
            }
            if (!siteProcess(site).isAlive()) {
                siteProcess(site).start();
            }
            if (!router(site).isAlive()) {
                router(site).start();
            }
        }
        vms.values().stream().filter(vm -> !vm.isAlive()).forEach(VmProcess::start);
    }

    /** Restores every connection, starts what was killed, and waits until the routers see all of it alive. */
    void restoreService() {
        wires.restore();
        startWhatIsDead();
        awaitAllAlive();
    }

    /** Keys of submissions of which one attempt was taken back, as west's journal has it. */
    List<String> voidKeys() throws SQLException {
        return TwoSites.texts(
                sites.west(), "SELECT key[1] FROM gemel.journal WHERE kind = 'SUBMISSION_VOID' ORDER BY 1");
    }

    /** Adds single submissions to the clients' log, which every promise is judged by. */
    void log(List<BankExchange> exchanges) {
        log.addAll(exchanges);
    }

    /** All that clients saw so far, after the ends of all loads, and what both databases hold once they have heard everything of each other. */
    RunFacts facts() throws Exception {
        for (BankLoad load : loads) {
            load.finish();
            log.addAll(load.log());
        }
        loads.clear();
        sites.settle();
        List<SiteRows> rows = new ArrayList<>();
        for (SiteFixture site : List.of(sites.east(), sites.west())) {
            rows.add(read(site));
        }
        return new RunFacts(log, rows);
    }

    private static SiteRows read(SiteFixture site) throws SQLException, ConfigException {
        try (Connection connection = site.connectAsAdministrator()) {
            return SiteRows.read(site.config().site().name(), connection);
        }
    }

    @Override
    public void close() {
        routers.values().forEach(RouterProcess::kill);
        vms.values().forEach(VmProcess::kill);
        sites.close();
        wires.close();
    }
}
