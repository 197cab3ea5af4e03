package io.gemel.deploy.bank;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.gemel.vm.Vm;
import io.gemel.vm.VmConfig;
import io.gemel.vm.VmHandler;
import io.gemel.vm.VmHeartbeats;
import io.gemel.vm.VmLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running instance of the bank: an HTTP server, a connection pool and Gemel's VM library. */
public final class BankVm implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BankVm.class);

    /** One for heartbeats, and one for questions when all submissions hold one. */
    private static final int SPARE_CONNECTIONS = 2;

    private static final int WAITING_MAX = 1_000;
    private static final Duration POOL_WAIT = Duration.ofSeconds(1);
    private static final VmLimits LIMITS = VmLimits.DEFAULT;

    /** So that questions for outcomes and drains never wait behind requests. */
    private static final int SPARE_THREADS = 2;

    /** Longest that a VM which is told to end waits for what runs. */
    private static final Duration FINISH_LIMIT = Duration.ofSeconds(20);

    private static final Duration FINISH_POLL = Duration.ofMillis(5);

    private final HikariDataSource pool;
    private final Vm vm;
    private final ExecutorService threads;
    private final HttpServer server;
    private final VmHeartbeats heartbeats;

    private BankVm(HikariDataSource pool, Vm vm, ExecutorService threads, HttpServer server, VmHeartbeats heartbeats) {
        this.pool = pool;
        this.vm = vm;
        this.threads = threads;
        this.server = server;
        this.heartbeats = heartbeats;
    }

    /** What tests put around an instance's parts to break them. */
    public interface Surroundings {
        /** Nothing. */
        Surroundings NONE = new Surroundings() {};

        default DataSource around(DataSource dataSource) {
            return dataSource;
        }

        default VmHandler.Application around(VmHandler.Application application) {
            return application;
        }
    }

    /** Runs one instance until it is told to end (SIGTERM): then it finishes what runs, and takes nothing new. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        runUntilTold(BankConfig.read(Path.of(arguments[0])), Surroundings.NONE);
    }

    /** What {@link #main} does. */
    public static void runUntilTold(BankConfig config, Surroundings surroundings)
            throws IOException, InterruptedException {
        // Else the server keeps short answers back for 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        BankVm running = start(config, surroundings);
        Runtime.getRuntime().addShutdownHook(new Thread(running::close, "bank-stop"));
        LOG.info("VM {} of the bank at {} listens on {}", config.vm(), config.site(), config.listen());
        Thread.currentThread().join();
    }

    /** Starts an instance inside this JVM; the database need not be up. */
    public static BankVm start(BankConfig config, Surroundings surroundings) throws IOException {
        HikariDataSource pool = new HikariDataSource(poolConfig(config));
        DataSource dataSource = surroundings.around((DataSource) pool);
        Vm vm = new Vm(new VmConfig(
                config.vm(),
                config.site(),
                config.host(),
                List.of("/"),
                dataSource,
                LIMITS.withRequestsMax(config.threads())));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(config.listen().host(), config.listen().port()), WAITING_MAX);
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = new ThreadPoolExecutor(
                config.threads() + SPARE_THREADS,
                config.threads() + SPARE_THREADS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                work -> {
                    Thread thread = new Thread(work, "bank-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        server.setExecutor(threads);
        server.createContext("/gemel/", VmHandler.endpoints(vm));
        server.createContext("/accounts/", new BankQueries(dataSource));
        server.createContext(
                "/", VmHandler.submissions(vm, surroundings.around(new BankWork(config.site(), config.vm()))));
        VmHeartbeats heartbeats = new VmHeartbeats(
                vm,
                new InetSocketAddress(
                        config.heartbeats().host(), config.heartbeats().port()));
        server.start();
        return new BankVm(pool, vm, threads, server, heartbeats);
    }

    private static HikariConfig poolConfig(BankConfig config) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("bank-" + config.vm());
        pool.setJdbcUrl(config.databaseUrl());
        pool.setUsername(config.user());
        pool.setPassword(config.password().text());
        pool.setMaximumPoolSize(config.threads() + SPARE_CONNECTIONS);
        pool.setMinimumIdle(SPARE_CONNECTIONS);
        pool.setConnectionTimeout(POOL_WAIT.toMillis());
        pool.setInitializationFailTimeout(-1);
        Vm.sessionProperties(config.vm(), LIMITS).forEach(pool::addDataSourceProperty);
        return pool;
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Finishes what runs, within bounds, and ends. */
    @Override
    public void close() {
        vm.drain();
        long deadline = System.nanoTime() + FINISH_LIMIT.toNanos();
        while (vm.inFlight() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(FINISH_POLL.toNanos());
        }
        server.stop(0);
        threads.shutdownNow();
        heartbeats.close();
        vm.close();
        pool.close();
    }
}
