package io.gemel.router.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestConfig;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.decision.FleetView.VmFate;
import io.gemel.router.decision.VmHealth.Verdict;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FleetTest {
    private static final Beat WELL = new Beat(true, false, true, true, 0, List.of("/"), 0, "", "", "");

    private final Fleet fleet = new Fleet(TestConfig.of(vm("e1", 1), vm("e2", 2)));

    private static RouterConfig.Vm vm(String name, int port) {
        return new RouterConfig.Vm(name, URI.create("http://127.0.0.1:" + port), new SiteId("east"), "host-" + port);
    }

    private static Attempt broken(String vm) {
        return new Attempt(vm, "host-1", "east", 0, 10, true, AttemptResult.BROKEN);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        fleet.vms().forEach(vm -> names.add(vm.name()));
        return names;
    }

    @Test
    void a_vm_that_stays_is_the_same_object_whatever_else_is_said_of_it() {
        VmState before = fleet.findVm("e1");
        fleet.take(TestConfig.of(
                new RouterConfig.Vm("e1", before.config().url(), before.config().site(), "host-7", 3, null),
                vm("e3", 3)));

        assertThat(fleet.findVm("e1")).isSameAs(before);
        assertThat(before.host()).isEqualTo("host-7");
        assertThat(names()).containsExactly("e1", "e3");
        assertThat(fleet.site("east").leaving()).extracting(VmState::name).containsExactly("e2");
    }

    @Test
    void a_removed_vm_is_not_usable_and_keeps_its_fate() {
        VmState e1 = fleet.findVm("e1");
        e1.judged(Verdict.ALIVE, 0);
        e1.heard(WELL, 0, 0);
        assertThat(e1.usable()).isTrue();
        fleet.take(TestConfig.of(vm("e2", 2)));

        assertThat(e1.usable()).isFalse();
        assertThat(fleet.fateOf(broken("e1"))).as("it may yet be heard").isEqualTo(VmFate.OPEN);
        e1.judged(Verdict.DEAD, 20);
        assertThat(fleet.fateOf(broken("e1"))).isEqualTo(VmFate.DIED);
        assertThat(fleet.forget(e1)).isTrue();
        assertThat(fleet.site("east").leaving()).isEmpty();
        assertThat(fleet.fateOf(broken("e1"))).as("it had died before").isEqualTo(VmFate.DIED);
    }

    @Test
    void a_vm_that_is_forgotten_without_a_death_speaks_against_no_request() {
        VmState e1 = fleet.findVm("e1");
        fleet.take(TestConfig.of(vm("e2", 2)));
        fleet.forget(e1);

        assertThat(fleet.fateOf(broken("e1"))).isEqualTo(VmFate.LIVES);
        assertThat(fleet.fateOf(broken("never named"))).isEqualTo(VmFate.LIVES);
    }

    @Test
    void deaths_of_a_name_are_counted_on() {
        VmState e1 = fleet.findVm("e1");
        e1.judged(Verdict.ALIVE, 0);
        e1.judged(Verdict.DEAD, 1);
        fleet.take(TestConfig.of(vm("e1", 11), vm("e2", 2)));
        assertThat(fleet.findVm("e1")).isNotSameAs(e1);
        assertThat(fleet.findVm("e1").deaths()).isEqualTo(1);
        assertThat(e1.membership()).isEqualTo(Membership.REPLACED);

        fleet.take(TestConfig.of(vm("e2", 2)));
        fleet.take(TestConfig.of(vm("e1", 12), vm("e2", 2)));
        assertThat(fleet.findVm("e1").deaths()).isEqualTo(1);
    }

    @Test
    void a_vm_that_is_named_again_in_time_is_not_forgotten() {
        VmState e1 = fleet.findVm("e1");
        fleet.take(TestConfig.of(vm("e2", 2)));
        fleet.take(TestConfig.of(vm("e1", 1), vm("e2", 2)));

        assertThat(fleet.findVm("e1")).isSameAs(e1);
        assertThat(fleet.forget(e1)).isFalse();
        assertThat(fleet.site("east").vms()).contains(e1);
        assertThat(fleet.site("east").leaving()).isEmpty();
    }

    @Test
    void it_remembers_a_bounded_number_of_vms_that_are_gone() {
        for (int i = 0; i < Fleet.REMOVED_MAX + 10; i++) {
            fleet.take(TestConfig.of(vm("x" + i, 100 + i)));
            fleet.site("east").leaving().forEach(fleet::forget);
        }
        VmState last = fleet.findVm("x" + (Fleet.REMOVED_MAX + 9));
        last.judged(Verdict.ALIVE, 0);
        last.judged(Verdict.DEAD, 1);
        fleet.take(TestConfig.of(vm("e2", 2)));

        assertThat(fleet.fateOf(broken(last.name()))).isEqualTo(VmFate.DIED);
        assertThat(fleet.fateOf(broken("x0"))).isEqualTo(VmFate.LIVES);
    }

    @Test
    void a_vm_that_is_added_gets_its_share_slowly_and_those_of_the_start_at_once() {
        fleet.take(TestConfig.of(vm("e1", 1), vm("e3", 3)));
        for (String name : List.of("e1", "e3")) {
            fleet.findVm(name).judged(Verdict.ALIVE, 1000);
        }

        assertThat(fleet.findVm("e1").weight(1001, 10_000)).isEqualTo(1);
        assertThat(fleet.findVm("e3").weight(1001, 10_000)).isEqualTo(SlowStart.FIRST);
    }

    private static RouterConfig.Vm inGroup(String name, int port, String site, String group) {
        URI url = URI.create("http://127.0.0.1:" + port);
        return new RouterConfig.Vm(name, url, new SiteId(site), "host-" + port, 0, null, group, 100);
    }

    /** With e1 and w1 of the usual group, and these besides. */
    private static RouterConfig twoSites(RouterConfig.Vm... others) {
        RouterConfig one = TestConfig.of(inGroup("e1", 1, "east", "default"), inGroup("w1", 3, "west", "default"));
        return TestConfig.changed(one, config -> {
            config.vms.addAll(List.of(others));
            if (others.length > 0) {
                config.routes.add(new Route("", "/crm", null, true, null, null, null, "crm", null));
            }
        });
    }

    @Test
    void a_group_that_lost_its_vms_at_a_site_is_known_there_while_it_has_some_at_another() {
        Fleet two = new Fleet(twoSites(inGroup("e2", 2, "east", "crm"), inGroup("w2", 4, "west", "crm")));
        GroupView crm = two.site("east").group("crm");
        VmState e2 = two.findVm("e2");
        assertThat(e2.load()).isSameAs(crm.load());
        assertThat(crm.isGone()).isFalse();
        e2.judged(Verdict.DEAD, 1);
        assertThat(crm.isGone()).isTrue();

        two.take(twoSites(inGroup("e2", 2, "east", "default"), inGroup("w2", 4, "west", "crm")));
        assertThat(two.site("east").group("crm")).isSameAs(crm);
        assertThat(crm.vms()).isEmpty();
        assertThat(crm.isGone()).as("VMs that were taken out may still work").isFalse();
        assertThat(two.findVm("e2"))
                .as("what it has in hand is the other group's")
                .isNotSameAs(e2);
        assertThat(e2.membership()).isEqualTo(Membership.REPLACED);
        assertThat(two.findVm("e2").load())
                .isSameAs(two.site("east").group("default").load());

        two.take(twoSites());
        assertThat(two.site("east").group("crm")).isNull();
        assertThat(two.groups()).containsExactly("default");
    }
}
