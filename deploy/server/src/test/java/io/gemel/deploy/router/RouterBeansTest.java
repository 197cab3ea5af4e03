package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.status.Faces;
import io.gemel.router.Router;
import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterSource;
import io.gemel.router.api.RouterTimes;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class RouterBeansTest {
    private static final SiteId EAST = new SiteId("east");

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();

    private static RouterConfig config(String... vms) {
        return new RouterConfig(
                "east-1",
                EAST,
                new RouterConfig.Address("127.0.0.1", 0),
                null,
                RouterFrontend.defaults(),
                RouterBackendTls.defaults(),
                new RouterConfig.Address("127.0.0.1", 0),
                null,
                Stream.of(vms)
                        .map(vm -> new RouterConfig.Vm(
                                vm, URI.create("http://127.0.0.1:" + (9000 + vm.charAt(1))), EAST, "host-1"))
                        .toList(),
                List.of(new RouterConfig.Site(EAST, URI.create("http://127.0.0.1:7070"), null)),
                RouterDiscovery.none(),
                List.of(),
                Durability.LOCAL,
                RouterAccessLog.of(RouterAccessLog.Format.NONE),
                RouterTimes.defaults(),
                RouterLimits.defaults());
    }

    private Set<ObjectName> vms() throws Exception {
        return server.queryNames(new ObjectName("io.gemel:type=Vm,*"), null);
    }

    @Test
    void there_is_a_bean_for_each_vm_that_is_named_and_none_is_left_behind() throws Exception {
        try (Router router = new Router(config("e1"), InstantSource.system(), new SecureRandom())) {
            try (RouterBeans beans = RouterBeans.register(server, config("e1", "e2"), router)) {
                assertThat(vms()).hasSize(2);
                beans.follow(config("e2", "e3"));
                assertThat(vms())
                        .extracting(ObjectName::toString)
                        .containsExactlyInAnyOrder(
                                "io.gemel:type=Vm,site=east,name=e2", "io.gemel:type=Vm,site=east,name=e3");
            }
            assertThat(server.queryNames(new ObjectName("io.gemel:*"), null)).isEmpty();
        }
    }

    @Test
    void a_reload_that_failed_is_an_attribute() throws Exception {
        RouterSource wrong = () -> {
            throw new RouterConfigException(List.of("wait.max is 'long': write it with a unit"));
        };
        try (Router router = new Router(config("e1"), wrong, InstantSource.system(), new SecureRandom());
                RouterBeans beans = RouterBeans.register(server, config("e1"), router)) {
            ObjectName name = new ObjectName("io.gemel:type=Router,site=east,name=east-1");
            assertThat(server.getAttribute(name, "ReloadFailed")).isEqualTo(false);
            router.reload().handle((done, why) -> "").toCompletableFuture().get();

            assertThat(server.getAttribute(name, "ReloadFailed")).isEqualTo(true);
            assertThat(server.getAttribute(name, "ReloadProblem"))
                    .isEqualTo("wait.max is 'long': write it with a unit");
            assertThat((Long) server.getAttribute(name, "ReloadSuccessTimestampSeconds"))
                    .isPositive();
            beans.follow(config("e1"));
        }
    }

    @Test
    void attributes_and_operations_are_what_dashboards_are_used_to() throws Exception {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
        try (Router router = new Router(config("e1"), clock, new SecureRandom())) {
            assertThat(Faces.beans(server -> RouterBeans.register(server, config("e1"), router)))
                    .isEqualTo(Faces.expected("router.jmx"));
        }
    }
}
