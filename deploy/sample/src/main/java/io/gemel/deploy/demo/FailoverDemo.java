package io.gemel.deploy.demo;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankLoad;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.deploy.router.RouterAdmin;
import io.gemel.router.api.RouterPart;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** The second part of the demo: clients before a router, while VMs, a host and a whole site die. Used once, by one thread. */
final class FailoverDemo {
    private static final String[] EXPLANATION = {
        "",
        "Part two: the application runs in four VMs, three at east (two of them on one host) and one at west. A router"
                + " takes",
        "the clients' requests. Clients send by a timetable, whatever becomes of the requests before: a wait shows.",
        ""
    };

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration TRY_LIMIT = Duration.ofSeconds(40);
    private static final long SEED = 20;
    private static final String[] SMALL_JVM = {"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m"};

    private final Screen screen;
    private final Path folder;
    private final int rate;

    /**
     * Prepares the second part.
     *
     * @param folder an empty folder for all files
     * @param rate submissions a second
     */
    FailoverDemo(Screen screen, Path folder, int rate) {
        this.screen = screen;
        this.folder = folder;
        this.rate = rate;
    }

    /** Whether nothing was lost, nothing doubled, and both databases are equal at the end. */
    boolean run() throws Exception {
        screen.say(EXPLANATION);
        screen.say("Starting two PostgreSQL servers, a Kafka broker, both sites, four VMs and a router ...");
        try (TwoEmbeddedSites sites = TwoEmbeddedSites.builder(folder)
                        .serverSetting("fsync", "off")
                        .siteSetting(BankTables.POLICY_KEY, BankTables.POLICY)
                        .siteSetting("vm.roles", BankProcesses.ROLE)
                        .jvmArguments(SMALL_JVM)
                        .start();
                BankProcesses bank = new BankProcesses(folder)) {
            Path file = open(sites, bank);
            RouterAdmin router = new RouterAdmin(RouterConfigFile.read(file), file);
            BankProcesses.awaitAlive(router, 4, LIMIT);
            return work(sites, bank, router);
        }
    }

    private static Path open(TwoEmbeddedSites sites, BankProcesses bank) throws Exception {
        String password = BankProcesses.createBank(sites);
        sites.prepare();
        sites.run();
        bank.add("e1", "host-1", sites.east(), password);
        bank.add("e2", "host-1", sites.east(), password);
        bank.add("e3", "host-2", sites.east(), password);
        bank.add("w1", "host-3", sites.west(), password);
        bank.startVms();
        return bank.startRouter("east", sites.both());
    }

    private boolean work(TwoEmbeddedSites sites, BankProcesses bank, RouterAdmin router) throws Exception {
        EmbeddedSite east = sites.east();
        BankClient client = new BankClient(List.of(bank.uri()), TRY_LIMIT, TRY_LIMIT);
        try (BankLoad load = new BankLoad(client, "demo", rate, new Random(SEED)).start()) {
            Timeline timeline = new Timeline(screen, load);
            timeline.pass(3);
            timeline.event("VM e1 is killed.", () -> bank.vm("e1").kill(), 3);
            timeline.event("VM e2 freezes in its tracks.", () -> bank.vm("e2").freeze(), 3);
            bank.vm("e2").thaw();
            bank.startVm("e1");
            screen.say("e1 starts again, and e2 goes on: what it had in hand has been done elsewhere.");
            BankProcesses.awaitAlive(router, 4, LIMIT);
            timeline.event(
                    "Host host-1 loses power, with VMs e1 and e2.",
                    () -> List.of("e1", "e2").forEach(vm -> bank.vm(vm).kill()),
                    3);
            List.of("e1", "e2").forEach(bank::startVm);
            BankProcesses.awaitAlive(router, 4, LIMIT);
            timeline.event(
                    "VM e3 is drained for an upgrade, stopped and started again.", () -> upgrade(bank, router), 2);
            BankProcesses.awaitAlive(router, 4, LIMIT);
            timeline.event("The whole site east is lost: database, Gemel's process, VMs.", () -> lose(east, bank), 8);
            screen.say("East returns. It takes no work before it has heard what it missed.");
            east.server().start();
            east.startProcess();
            bank.vmsOf("east").forEach(bank::startVm);
            BankProcesses.awaitAlive(router, 4, LIMIT);
            timeline.event("East works again.", () -> {}, 3);
            load.finish();
            sites.settle(LIMIT);
            screen.say("", "The longest that a client had to wait because of each event:");
            screen.say(timeline.waits().toArray(String[]::new));
            BankVerdict verdict = BankVerdict.of(load.log(), east, sites.west());
            screen.say("", "The clients' own log against both databases:");
            screen.say(verdict.lines().toArray(String[]::new));
            return verdict.isGood();
        }
    }

    private static void lose(EmbeddedSite site, BankProcesses bank) {
        bank.vmsOf(site.name()).forEach(vm -> bank.vm(vm).kill());
        site.killProcess();
        site.server().kill();
    }

    private static void upgrade(BankProcesses bank, RouterAdmin router) throws Exception {
        RouterPart vm = new RouterPart(RouterPart.Kind.VM, "e3");
        router.drain(vm);
        bank.stopVm("e3");
        bank.startVm("e3");
        router.undrain(vm);
    }
}
