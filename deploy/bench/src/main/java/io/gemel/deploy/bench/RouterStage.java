package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankProgram;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.command.CommandException;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.deploy.demo.BankProcesses;
import io.gemel.deploy.demo.TwoEmbeddedSites;
import io.gemel.deploy.embedded.HaProxyServer;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.router.RouterAdmin;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Two sites that replicate, VMs of the sample bank at one of them, and all that can stand before them: each a process of its own, with the
 * flags that {@code deploy/bin/gemel} sets. Used by one thread, but for what is done to VMs.
 */
final class RouterStage implements AutoCloseable {
    /** Of the way that the others are compared with. */
    static final String STRAIGHT = "straight";

    static final String HAPROXY = "HAProxy";
    static final String GEMEL = "Gemel";

    private static final String HEAP = "-Xmx512m";
    private static final List<String> ROUTER_FLAGS = List.of(HEAP, "-XX:TieredStopAtLevel=4");
    private static final Duration ALIVE_LIMIT = Duration.ofMinutes(2);
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(5);

    private final TwoEmbeddedSites sites;
    private final BankProcesses bank;
    private final List<String> vms;
    private @Nullable HaProxyServer haproxy;
    private @Nullable RouterAdmin router;

    private RouterStage(TwoEmbeddedSites sites, BankProcesses bank, int vms) {
        this.sites = sites;
        this.bank = bank;
        this.vms =
                IntStream.rangeClosed(1, vms).mapToObj(number -> "e" + number).toList();
    }

    /**
     * Starts everything, and returns when the router sends requests to the VMs.
     *
     * @param folder an empty one for all files
     * @param vms how many, on a host each
     * @param program what they run
     * @param haproxy the program; without it there is one way less
     */
    static RouterStage open(Path folder, int vms, BankProgram program, Optional<Path> haproxy) throws Exception {
        TwoEmbeddedSites sites = TwoEmbeddedSites.builder(folder)
                .kafkaMode(KafkaServer.Mode.CHILD_PROCESS)
                .siteSetting(BankTables.POLICY_KEY, BankTables.POLICY)
                .siteSetting("vm.roles", BankProcesses.ROLE)
                .jvmArguments(HEAP)
                .start();
        RouterStage stage =
                new RouterStage(sites, new BankProcesses(folder, program, List.of(HEAP), ROUTER_FLAGS), vms);
        boolean complete = false;
        try {
            stage.run();
            haproxy.ifPresent(
                    found -> stage.haproxy = HaProxyServer.start(found, folder, stage.bank.vmUri(stage.vms.get(0))));
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
        for (String vm : vms) {
            bank.add(vm, "host-" + vm, sites.east(), password);
            bank.startVm(vm);
        }
        Path file = bank.startRouter("east", List.of(sites.east()), "access.log=false");
        router = new RouterAdmin(RouterConfigFile.read(file), file);
        awaitAlive();
    }

    /** Waits until the router sends requests to all VMs. */
    void awaitAlive() {
        BankProcesses.awaitAlive(router(), vms.size(), ALIVE_LIMIT);
    }

    private RouterAdmin router() {
        return Objects.requireNonNull(router, "the router was not started");
    }

    /** How often the router found a VM dead. */
    long deaths() throws CommandException {
        return router().deaths();
    }

    /** Kills a VM as a power cut would, and starts it again at once; any thread. */
    void killAndStart(String vm) {
        bank.killVm(vm);
        bank.startVm(vm);
    }

    /** All ways to the first VM; the first one goes straight to it, the last one through the router. */
    List<RequestPath> paths() {
        List<RequestPath> paths = new ArrayList<>();
        paths.add(new RequestPath(STRAIGHT, bank.vmUri(vms.get(0)), HttpVersion.HTTP_1_1, OptionalLong.empty()));
        if (haproxy != null) {
            RequestPath path =
                    new RequestPath(HAPROXY, haproxy.uri(), HttpVersion.HTTP_1_1, OptionalLong.of(haproxy.pid()));
            paths.add(path);
            paths.add(path.http2());
        }
        paths.add(throughRouter().http2());
        paths.add(throughRouter());
        return paths;
    }

    RequestPath throughRouter() {
        return new RequestPath(GEMEL, bank.uri(), HttpVersion.HTTP_1_1, OptionalLong.of(bank.routerPid()));
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
