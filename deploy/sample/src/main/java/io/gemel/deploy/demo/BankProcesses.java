package io.gemel.deploy.demo;

import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankProgram;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.router.RouterAdmin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bank's VMs and the router before them, a process each. Used by one thread. */
public final class BankProcesses implements AutoCloseable {
    /** The role that the VMs work as. */
    public static final String ROLE = "bank";

    private static final String ROUTER_MAIN = "io.gemel.deploy.Gemel";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final List<String> SMALL_JVM = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx96m");

    private final Path folder;
    private final BankProgram program;
    private final List<String> vmFlags;
    private final List<String> routerFlags;
    private final Map<String, BankConfig> configs = new LinkedHashMap<>();
    private final Map<String, JavaProcess> running = new LinkedHashMap<>();
    private final HostPort listen = new HostPort("127.0.0.1", FreePorts.next());
    private final HostPort admin = new HostPort("127.0.0.1", FreePorts.next());
    private @Nullable JavaProcess router;

    /** Processes that share a small machine with many others. */
    BankProcesses(Path folder) {
        this(folder, BankProgram.PLAIN, SMALL_JVM, SMALL_JVM);
    }

    /**
     * Starts nothing yet.
     *
     * @param folder holds their files
     * @param program what VMs run
     * @param vmFlags for the JVM of each VM, beside those of {@link JavaProcess}
     * @param routerFlags for the router's JVM
     */
    public BankProcesses(Path folder, BankProgram program, List<String> vmFlags, List<String> routerFlags) {
        this.folder = folder;
        this.program = program;
        this.vmFlags = List.copyOf(vmFlags);
        this.routerFlags = List.copyOf(routerFlags);
    }

    /**
     * Creates the bank's tables at both sites, its accounts, and the role that its VMs work as.
     *
     * @return the role's password
     */
    public static String createBank(TwoEmbeddedSites sites) throws SQLException {
        String password = UUID.randomUUID().toString();
        sites.schema(BankTables.CREATE.toArray(String[]::new));
        sites.schema(
                BankTables.OPENING,
                "CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + password + "'",
                BankTables.grantTo(ROLE));
        return password;
    }

    /** Describes a VM on a pretended host. */
    public void add(String vm, String host, EmbeddedSite site, String password) {
        configs.put(
                vm,
                new BankConfig(
                        vm,
                        site.name(),
                        host,
                        new HostPort("127.0.0.1", FreePorts.next()),
                        new HostPort("127.0.0.1", FreePorts.next()),
                        site.server().jdbcUrl(EmbeddedSite.DATABASE),
                        ROLE,
                        new Secret(password),
                        BankConfig.THREADS));
    }

    /** Starts a VM, and waits for nothing. */
    public void startVm(String vm) {
        BankConfig config = config(vm);
        Path file = config.write(folder.resolve(vm + ".properties"));
        running.put(
                vm,
                program.process(config, file)
                        .jvmArguments(vmFlags.toArray(String[]::new))
                        .start());
    }

    private BankConfig config(String vm) {
        BankConfig config = configs.get(vm);
        if (config == null) {
            throw new IllegalArgumentException("there is no VM " + vm);
        }
        return config;
    }

    void startVms() {
        configs.keySet().forEach(this::startVm);
    }

    JavaProcess vm(String name) {
        JavaProcess process = running.get(name);
        if (process == null) {
            throw new IllegalStateException("VM " + name + " was never started");
        }
        return process;
    }

    /** Kills a VM as a power cut would. */
    public void killVm(String name) {
        vm(name).kill();
    }

    void stopVm(String name) {
        vm(name).terminate(STOP_LIMIT);
    }

    List<String> vmsOf(String site) {
        return configs.values().stream()
                .filter(each -> each.site().equals(site))
                .map(BankConfig::vm)
                .toList();
    }

    /**
     * Writes the router's file and starts it.
     *
     * @param sites those that it knows, each with one of the VMs at least
     * @param settings more lines of its file
     */
    public Path startRouter(String site, List<EmbeddedSite> sites, String... settings) {
        List<String> lines = new ArrayList<>(
                List.of("router=demo", "site=" + site, "listen=" + listen, "admin.listen=" + admin, "slow.start=1s"));
        lines.addAll(List.of(settings));
        configs.values().forEach(vm -> {
            lines.add("vm." + vm.vm() + ".url=http://" + vm.listen());
            lines.add("vm." + vm.vm() + ".heartbeat.url=http://" + vm.heartbeats());
            lines.add("vm." + vm.vm() + ".site=" + vm.site());
            lines.add("vm." + vm.vm() + ".host=" + vm.host());
        });
        sites.forEach(each -> lines.add(
                "site." + each.name() + ".status=http://" + each.config().statusListen()));
        try {
            Path file = Files.write(folder.resolve("router.properties"), lines);
            router = JavaProcess.builder(ROUTER_MAIN, folder.resolve("router.log"))
                    .jvmArguments(routerFlags.toArray(String[]::new))
                    .arguments("router", file.toString())
                    .start();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the router's properties into " + folder, e);
        }
    }

    /**
     * Waits until the router knows so many VMs as alive.
     *
     * @throws IllegalStateException when it does not within the limit
     */
    public static void awaitAlive(RouterAdmin router, int vms, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (router.aliveVms() < vms) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "the router does not know " + vms + " VMs as alive after " + limit.toSeconds() + " s");
            }
            Pause.of(POLL);
        }
    }

    /** Where a VM itself takes requests. */
    public URI vmUri(String vm) {
        return URI.create("http://" + config(vm).listen());
    }

    /** Where clients send their requests. */
    public URI uri() {
        return URI.create("http://" + listen);
    }

    /** The router's process. */
    public long routerPid() {
        if (router == null) {
            throw new IllegalStateException("the router was never started");
        }
        return router.pid();
    }

    @Override
    public void close() {
        if (router != null) {
            router.kill();
        }
        running.values().forEach(JavaProcess::kill);
    }
}
