package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.deploy.demo.BankProcesses;
import io.gemel.deploy.demo.TwoEmbeddedSites;
import io.gemel.deploy.embedded.HaProxyServer;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.router.RouterAdmin;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Two sites that replicate, one VM of the sample bank at one of them, and all that can stand before it: each a process of its own, with the
 * flags that {@code deploy/bin/gemel} sets. Used by one thread.
 */
final class RouterStage implements AutoCloseable {
    /** Of the way that the others are compared with. */
    static final String STRAIGHT = "straight";

    static final String HAPROXY = "HAProxy";
    static final String GEMEL = "Gemel";

    private static final String VM = "e1";
    private static final String HEAP = "-Xmx512m";
    private static final List<String> ROUTER_FLAGS = List.of(HEAP, "-XX:TieredStopAtLevel=4");
    private static final Duration ALIVE_LIMIT = Duration.ofMinutes(2);
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(5);

    private final TwoEmbeddedSites sites;
    private final BankProcesses bank;
    private @Nullable HaProxyServer haproxy;

    private RouterStage(TwoEmbeddedSites sites, BankProcesses bank) {
        this.sites = sites;
        this.bank = bank;
    }

    /**
     * Starts everything, and returns when the router sends requests to the VM.
     *
     * @param folder an empty one for all files
     * @param haproxy the program; without it there is one way less
     */
    static RouterStage open(Path folder, Optional<Path> haproxy) throws Exception {
        TwoEmbeddedSites sites = TwoEmbeddedSites.builder(folder)
                .kafkaMode(KafkaServer.Mode.CHILD_PROCESS)
                .siteSetting(BankTables.POLICY_KEY, BankTables.POLICY)
                .siteSetting("vm.roles", BankProcesses.ROLE)
                .jvmArguments(HEAP)
                .start();
        RouterStage stage = new RouterStage(sites, new BankProcesses(folder, List.of(HEAP), ROUTER_FLAGS));
        boolean complete = false;
        try {
            stage.run();
            haproxy.ifPresent(program -> stage.haproxy = HaProxyServer.start(program, folder, stage.bank.vmUri(VM)));
            complete = true;
            return stage;
        } finally {
            if (!complete) {
                stage.close();
            }
        }
    }

    private void run() throws Exception {
        String password = BankProcesses.createBank(sites);
        sites.prepare();
        sites.run();
        bank.add(VM, "host-1", sites.east(), password);
        bank.startVm(VM);
        Path file = bank.startRouter("east", List.of(sites.east()), "access.log=false");
        BankProcesses.awaitAlive(new RouterAdmin(RouterConfigFile.read(file), file), 1, ALIVE_LIMIT);
    }

    /** All ways to the VM; the first one goes straight to it, the last one through the router. */
    List<Way> ways() {
        List<Way> ways = new ArrayList<>();
        ways.add(new Way(STRAIGHT, bank.vmUri(VM), OptionalLong.empty()));
        if (haproxy != null) {
            ways.add(new Way(HAPROXY, haproxy.uri(), OptionalLong.of(haproxy.pid())));
        }
        ways.add(new Way(GEMEL, bank.uri(), OptionalLong.of(bank.routerPid())));
        return ways;
    }

    /** Of PostgreSQL, at both sites. */
    int postgresMajor() {
        return sites.east().server().version().major();
    }

    /** Waits until replication has nothing left to do that would disturb what follows. */
    void settle() throws SQLException {
        sites.settle(SETTLE_LIMIT);
    }

    @Override
    public void close() {
        if (haproxy != null) {
            haproxy.close();
        }
        bank.close();
        sites.close();
    }
}
