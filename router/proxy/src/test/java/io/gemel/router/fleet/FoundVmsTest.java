package io.gemel.router.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestConfig;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Vm;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterDiscovery.Name;
import io.gemel.router.fleet.DnsQuestion.Endpoint;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FoundVmsTest {
    private static final SiteId EAST = new SiteId("east");
    private static final Vm E1 = new Vm("e1", URI.create("http://10.0.0.1:9001"), EAST, "host-1");

    private static final Name SHOP = new Name("shop", EAST, "shop.test", 0, 0, 0, "default");

    private final FoundVms found = new FoundVms();

    private static RouterConfig told(Name... names) {
        return TestConfig.changed(TestConfig.of(E1), change -> {
            change.discovery =
                    new RouterDiscovery(List.of(names), Duration.ofSeconds(5), null, "token", Duration.ofSeconds(15));
        });
    }

    private List<Vm> with(RouterConfig told) {
        List<Vm> vms = new ArrayList<>(found.with(told).vms());
        vms.remove(E1);
        return vms;
    }

    private static Vm registered(int number) {
        return new Vm("r" + number, URI.create("http://10.1.0.1:" + (1000 + number)), EAST, "host-2");
    }

    @Test
    void an_address_names_a_vm_and_its_host_in_the_same_way_each_time() {
        Name shop = new Name("shop", EAST, "shop.test", 8080, 9101, 7, "default");
        found.answered(shop, List.of(new Endpoint("10.0.0.7", 8080), new Endpoint("fd00:0:0:0:0:0:0:7", 8080)));

        assertThat(with(told(shop)))
                .containsExactly(
                        new Vm(
                                "shop-10.0.0.7-8080",
                                URI.create("http://10.0.0.7:8080"),
                                EAST,
                                "10.0.0.7",
                                7,
                                URI.create("http://10.0.0.7:9101")),
                        new Vm(
                                "shop-fd00-0-0-0-0-0-0-7-8080",
                                URI.create("http://[fd00:0:0:0:0:0:0:7]:8080"),
                                EAST,
                                "fd00-0-0-0-0-0-0-7",
                                7,
                                URI.create("http://[fd00:0:0:0:0:0:0:7]:9101")));
    }

    @Test
    void long_names_differ_though_they_are_cut_off() {
        String pod = "shop-5d9c7b8f6-%s.shop.production.svc.cluster.local";
        found.answered(
                SHOP, List.of(new Endpoint(pod.formatted("aaaaa"), 80), new Endpoint(pod.formatted("bbbbb"), 80)));
        List<Vm> vms = with(told(SHOP));

        assertThat(vms).hasSize(2).allMatch(vm -> vm.name().length() == RouterConfig.NAME_LENGTH_MAX);
        assertThat(vms.get(0).name()).isNotEqualTo(vms.get(1).name());
        assertThat(vms.get(0).url()).isEqualTo(URI.create("http://" + pod.formatted("aaaaa") + ":80"));
    }

    @Test
    void what_dns_says_and_is_no_address_is_passed_over_alone() {
        found.answered(
                SHOP,
                List.of(new Endpoint("a b", 80), new Endpoint("under_score.test", 80), new Endpoint("good.test", 80)));
        RouterConfig told = told(SHOP);

        assertThat(with(told)).extracting(Vm::name).containsExactly("shop-good.test-80");
        assertThat(found.report(told.discovery()).get(0).problem()).contains("invalid address");
    }

    @Test
    void whoever_is_named_keeps_its_name_and_address() {
        found.answered(SHOP, List.of(new Endpoint("10.0.0.1", 9001), new Endpoint("10.0.0.2", 9001)));
        found.register(new Vm("e1", URI.create("http://10.0.0.9:1"), EAST, "h"), 10);
        found.register(new Vm("r1", URI.create("http://10.0.0.2:9001"), EAST, "h"), 10);

        assertThat(with(told(SHOP))).extracting(Vm::name).containsExactly("shop-10.0.0.2-9001");
    }

    @Test
    void a_vm_to_whose_group_no_route_leads_is_passed_over() {
        Vm other = new Vm("r1", URI.create("http://10.1.0.1:80"), EAST, "h", 0, null, "shop", 100);
        found.register(other, 10);

        assertThat(with(told())).isEmpty();
        assertThat(FoundVms.clash(List.of(), other, told())).contains("add route.<prefix>.group=shop");
        RouterConfig led = TestConfig.changed(
                told(),
                change -> change.routes.add(new Route("", "/shop", null, true, null, null, List.of(), "shop", null)));
        assertThat(with(led)).containsExactly(other);
    }

    @Test
    void registrations_end_but_for_the_last_vm_of_a_site() {
        found.register(registered(1), 10);
        found.register(registered(2), 10);
        RouterConfig alone = TestConfig.changed(told(), change -> change.vms.clear());

        assertThat(found.expire(found.with(told()), 9)).isFalse();
        assertThat(found.expire(found.with(alone), 10))
                .as("both are over, and there is no other")
                .isFalse();
        found.register(registered(1), 20);
        assertThat(found.expire(found.with(alone), 10)).isTrue();
        assertThat(with(told())).extracting(Vm::name).containsExactly("r1");
        assertThat(found.expire(found.with(told()), 20)).as("e1 is named").isTrue();
        assertThat(with(told())).isEmpty();
    }

    @Test
    void registrations_end_but_for_the_last_vm_of_a_group_at_a_site() {
        Vm crm = new Vm("r1", URI.create("http://10.1.0.1:1001"), EAST, "h", 0, null, "crm", 100);
        RouterConfig led = TestConfig.changed(
                told(), change -> change.routes.add(new Route("", "/crm", null, true, null, null, null, "crm", null)));
        found.register(crm, 10);

        assertThat(found.expire(found.with(led), 10))
                .as("e1 is of another group")
                .isFalse();
        found.register(new Vm("r2", URI.create("http://10.1.0.1:1002"), EAST, "h", 0, null, "crm", 100), 20);
        assertThat(found.expire(found.with(led), 10)).isTrue();
        assertThat(with(led)).extracting(Vm::name).containsExactly("r2");
    }

    @Test
    void what_dns_said_of_one_name_holds_for_no_other() {
        found.answered(SHOP, List.of(new Endpoint("10.0.0.7", 80)));
        Name renamed = new Name("shop", EAST, "store.test", 0, 0, 0, "default");
        Name moved = new Name("shop", EAST, "shop.test", 81, 0, 0, "default");

        assertThat(with(told(renamed))).isEmpty();
        assertThat(with(told(moved))).isEmpty();
        assertThat(with(told(SHOP))).hasSize(1);
        found.keep(told(renamed).discovery());
        assertThat(with(told(SHOP))).isEmpty();
    }

    @Test
    void an_address_that_is_none_is_said() {
        Vm opaque = new Vm("r1", URI.create("localhost:9001"), EAST, "h");

        assertThat(FoundVms.clash(List.of(E1), opaque, told())).contains("must be http://host:port");
    }

    @Test
    void there_is_a_bound_on_registrations() {
        for (int i = 0; i < FoundVms.REGISTERED_MAX; i++) {
            assertThat(found.mayRegister("r" + i)).isTrue();
            found.register(registered(i), 10);
        }

        assertThat(found.mayRegister("one more")).isFalse();
        assertThat(found.mayRegister("r0")).isTrue();
        assertThat(with(told())).hasSize(FoundVms.REGISTERED_MAX);
    }

    @Test
    void registrations_count_only_while_vms_may_register() {
        found.register(registered(1), 10);
        RouterConfig closed = TestConfig.changed(told(), change -> change.discovery = RouterDiscovery.none());

        assertThat(with(closed)).isEmpty();
        assertThat(with(told())).hasSize(1);
    }
}
