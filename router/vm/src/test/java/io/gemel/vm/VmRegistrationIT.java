package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpServer;
import io.gemel.router.Router;
import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Address;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterException;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterReport;
import io.gemel.router.api.RouterTimes;
import io.gemel.transaction.SiteId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The library's registration with real routers, which name no VM. */
public final class VmRegistrationIT {
    private static final SiteId EAST = new SiteId("east");
    private static final URI URL = URI.create("http://127.0.0.1:9001");
    private static final VmConfig VM = new VmConfig("e1", "east", "host-1", List.of("/"), new PGSimpleDataSource());

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    /** One that names no VM, and lets VMs register themselves that show the token. */
    public static Router router(int adminPort, String token) throws RouterException {
        RouterDiscovery registering =
                new RouterDiscovery(List.of(), Duration.ofSeconds(5), null, token, Duration.ofSeconds(1));
        RouterConfig config = new RouterConfig(
                "east-1",
                EAST,
                new Address("127.0.0.1", 0),
                null,
                RouterFrontend.defaults(),
                RouterBackendTls.defaults(),
                new Address("127.0.0.1", adminPort),
                null,
                List.of(),
                List.of(new RouterConfig.Site(EAST, URI.create("http://127.0.0.1:1"), null)),
                registering,
                List.of(),
                Durability.LOCAL,
                RouterAccessLog.of(RouterAccessLog.Format.NONE),
                RouterTimes.defaults(),
                RouterLimits.defaults());
        Router router = new Router(config, InstantSource.system(), new SecureRandom());
        router.start();
        return router;
    }

    private static URI admin(Router router) {
        return URI.create("http://127.0.0.1:" + router.adminPort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    @Test
    void routers_know_a_vm_as_long_as_it_tells_them() throws Exception {
        int port = freePort();
        URI second = URI.create("http://127.0.0.1:" + port);
        try (Router first = router(0, "token")) {
            VmRegistration registration = new VmRegistration(
                    VM, List.of(admin(first), second), "token", URL, URI.create("http://127.0.0.1:9101"));
            await().until(() -> registration.problems().getOrDefault(second, "").contains("does not answer"));
            try (Router late = router(port, "token")) {
                await().until(() -> registration.problems().isEmpty());
                assertThat(late.report().vms())
                        .extracting(RouterReport.Vm::name, RouterReport.Vm::site, RouterReport.Vm::host)
                        .containsExactly(tuple("e1", "east", "host-1"));
            }
            await().until(() -> registration.problems().containsKey(second));
            try (Router again = router(port, "token")) {
                await().until(() -> again.report().registeredVms() == 1);
                registration.close();
                assertThat(again.report().registeredVms()).isZero();
            }
            assertThat(first.report().registeredVms()).isZero();
        }
    }

    @Test
    void a_router_that_refuses_says_why() throws Exception {
        try (Router router = router(0, "token");
                VmRegistration registration = new VmRegistration(VM, List.of(admin(router)), "other", URL, null)) {
            await().until(() -> registration
                    .problems()
                    .getOrDefault(admin(router), "")
                    .contains("it answers 401: this needs Authorization: Bearer with the router's register.token"));
            assertThat(router.report().registeredVms()).isZero();
        }
    }

    @Test
    void what_cannot_be_told_is_refused_at_once() {
        List<URI> routers = List.of(URI.create("http://127.0.0.1:1"));
        for (String none : List.of("10.0.0.1", "localhost:8081", "http://localhost:8081/gemel", "ftp://localhost")) {
            assertThatThrownBy(() -> new VmRegistration(VM, List.of(URI.create(none)), "t", URL, null))
                    .hasMessageContaining("write http://HOST:PORT");
            assertThatThrownBy(() -> new VmRegistration(VM, routers, "t", URI.create(none), null))
                    .hasMessageContaining("write http://HOST:PORT");
        }
        assertThatThrownBy(() -> new VmRegistration(VM, routers, "s3cret\n", URL, null))
                .hasMessageContaining("the token")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> new VmRegistration(VM, List.of(), "t", URL, null))
                .hasMessageContaining("no router is configured");
    }

    @Test
    void a_vm_registers_itself_for_its_group() throws Exception {
        try (Router router = router(0, "token");
                VmRegistration registration =
                        new VmRegistration(VM, List.of(admin(router)), "token", URL, null, "shop")) {
            await().until(() -> registration
                    .problems()
                    .getOrDefault(admin(router), "")
                    .contains("no route leads to the group shop"));
        }
    }

    /** Whoever is told last is right. */
    @Test
    void a_registration_that_is_under_way_ends_before_a_vm_leaves() throws Exception {
        List<String> answered = new CopyOnWriteArrayList<>();
        CountDownLatch registering = new CountDownLatch(1);
        CountDownLatch leaving = new CountDownLatch(1);
        HttpServer router = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        router.setExecutor(threads);
        router.createContext("/register", exchange -> {
            if (exchange.getRequestMethod().equals("POST")) {
                registering.countDown();
                awaitBriefly(leaving);
            } else {
                leaving.countDown();
            }
            answered.add(exchange.getRequestMethod());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        router.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + router.getAddress().getPort());
            VmRegistration registration = new VmRegistration(VM, List.of(address), "token", URL, null);
            assertThat(registering.await(1, TimeUnit.MINUTES)).isTrue();
            registration.close();

            assertThat(answered).containsExactly("POST", "DELETE");
        } finally {
            router.stop(0);
            threads.shutdownNow();
        }
    }

    private static void awaitBriefly(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
