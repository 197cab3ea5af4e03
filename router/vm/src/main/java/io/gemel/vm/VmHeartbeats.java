package io.gemel.vm;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers heartbeats, and nothing else, at a dedicated address and on dedicated threads: they do not queue behind
 * requests, so that routers can treat their silence as a death ({@code vm.<name>.heartbeat.url}). Plain HTTP. Safe for
 * any number of threads.
 */
public final class VmHeartbeats implements AutoCloseable {
    /**
     * Routers that are answered concurrently; while the database is silent each answer takes {@link
     * VmLimits#heartbeat}.
     */
    private static final int THREADS_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(VmHeartbeats.class);

    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final ExecutorService threads;

    /**
     * Listens.
     *
     * @param address where; port 0 takes a free one
     * @throws IOException when it cannot listen there
     */
    public VmHeartbeats(Vm vm, InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, BACKLOG);
        threads = new ThreadPoolExecutor(
                1,
                THREADS_MAX,
                1,
                TimeUnit.MINUTES,
                new SynchronousQueue<>(),
                work -> {
                    Thread thread = new Thread(work, "gemel-vm-heartbeat-server");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy()); // the router asks again
        server.setExecutor(threads);
        server.createContext("/gemel/heartbeat", VmHandler.endpoints(vm));
        server.start();
        LOG.info("heartbeats of VM {} are answered at {}", vm.config().name(), server.getAddress());
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops listening, immediately. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
