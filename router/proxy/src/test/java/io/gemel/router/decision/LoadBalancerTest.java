package io.gemel.router.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestConfig;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.Decision.TrafficClass;
import io.gemel.router.decision.VmHealth.Verdict;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LoadBalancerTest {
    private static final Beat WELL = new Beat(true, false, true, true, 0, List.of("/"), 0, "", "", "");

    private final Fleet fleet = new Fleet(
            TestConfig.of(vm("e1", "a", 1), vm("e2", "a", 2), vm("e3", "b", 3), vm("w1", "c", 4), vm("w2", "d", 5)));
    private final LoadBalancer balancer = new LoadBalancer(fleet, new Random(7), 100, 10_000, 30_000);

    LoadBalancerTest() {
        fleet.vms().forEach(LoadBalancerTest::isWell);
    }

    private static void isWell(VmState vm) {
        vm.judged(Verdict.ALIVE, 0);
        vm.heard(WELL, 0, 0);
    }

    private static RouterConfig.Vm vm(String name, String host, int port) {
        return new RouterConfig.Vm(
                name, URI.create("http://127.0.0.1:" + port), new SiteId(name.startsWith("e") ? "east" : "west"), host);
    }

    private VmState vm(String name) {
        VmState found = fleet.findVm(name);
        assertThat(found).isNotNull();
        return found;
    }

    private Set<String> chosen(AttemptHistory history, TrafficClass traffic) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            VmState vm = balancer.choose(history, traffic, 20_000);
            names.add(vm == null ? "none" : vm.name());
        }
        return names;
    }

    private static AttemptHistory fresh() {
        return new AttemptHistory(false, true, 30_000, null, 0);
    }

    private static AttemptHistory brokenAt(String vm, String host, String site) {
        AttemptHistory history = fresh();
        history.add(new Attempt(vm, host, site, 0, 0, true, AttemptResult.BROKEN));
        return history;
    }

    @Test
    void new_requests_stay_at_the_own_site() {
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e2", "e3");
    }

    @Test
    void of_two_vms_the_one_with_fewer_requests_is_taken() {
        vm("e3").drained(true);
        vm("e1").outstanding().began(true);
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactly("e2");
    }

    @Test
    void above_the_sites_limit_new_requests_spill_over_and_resubmissions_do_not() {
        GroupLoad east = vm("e1").load();
        east.inFlight().set(east.limit().limit());
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("w1", "w2");
        assertThat(chosen(brokenAt("e1", "a", "east"), TrafficClass.FAILOVER)).containsExactly("e3");
    }

    @Test
    void a_resubmission_prefers_another_host_of_its_site_and_gets_the_same_vm_only_once_it_is_heard() {
        AttemptHistory history = brokenAt("e1", "a", "east");
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("e3");
        vm("e3").judged(Verdict.DEAD, 0);
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("e2");
        vm("e2").judged(Verdict.DEAD, 0);
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("none");
        vm("e1").heard(WELL, 1, 2);
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("e1");
    }

    @Test
    void a_vm_gets_no_more_than_it_says_that_it_can_work_on() {
        for (String name : List.of("e1", "e2", "e3")) {
            vm(name).heard(new Beat(true, false, true, true, 0, List.of("/"), 1, "", "", ""), 0, 0);
            vm(name).outstanding().began(true);
        }
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("w1", "w2");
        assertThat(chosen(brokenAt("e1", "a", "east"), TrafficClass.FAILOVER)).containsExactly("none");
        vm("e3").outstanding().ended(true);
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactly("e3");
        assertThat(chosen(brokenAt("e1", "a", "east"), TrafficClass.FAILOVER)).containsExactly("e3");
    }

    @Test
    void what_may_have_run_crosses_only_where_it_is_safe() {
        AttemptHistory history = brokenAt("e1", "a", "east");
        fleet.site("east").vms().forEach(vm -> vm.judged(Verdict.DEAD, 0));
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("none");
        fleet.site("east").group(RouterConfig.GROUP_DEFAULT).crossableTo(Set.of("west"));
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactlyInAnyOrder("w1", "w2");
    }

    @Test
    void a_site_that_lags_or_is_silent_for_a_moment_is_taken_only_when_there_is_no_better() {
        fleet.site("east").told(31_000, "");
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("w1", "w2");
        fleet.site("west").state(SiteState.DOWN);
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e2", "e3");
        fleet.site("east").vms().forEach(vm -> vm.judged(Verdict.AVOID, 0));
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e2", "e3");
    }

    private static AttemptHistory wanting(String vm) {
        return new AttemptHistory(new Destination(RouterConfig.GROUP_DEFAULT, vm), false, true, 30_000, null, 0);
    }

    @Test
    void a_client_comes_back_to_its_vm_at_any_site_while_that_takes_requests_and_a_resubmission_does_not() {
        assertThat(chosen(wanting("e2"), TrafficClass.NEW)).containsExactly("e2");
        assertThat(chosen(wanting("w1"), TrafficClass.NEW)).containsExactly("w1");
        assertThat(chosen(wanting("gone"), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e2", "e3");

        AttemptHistory broken = wanting("e2");
        broken.add(new Attempt("e2", "a", "east", 0, 0, true, AttemptResult.NOT_SENT));
        assertThat(chosen(broken, TrafficClass.FAILOVER)).doesNotContain("e2");

        vm("e2").judged(Verdict.AVOID, 0);
        assertThat(chosen(wanting("e2"), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e3");
        vm("e2").judged(Verdict.ALIVE, 0);
        vm("e2").drained(true);
        assertThat(chosen(wanting("e2"), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e3");
        vm("e2").drained(false);
        vm("e2").heard(new Beat(true, false, true, true, 0, List.of("/"), 1, "", "", ""), 0, 0);
        vm("e2").outstanding().began(true);
        assertThat(chosen(wanting("e2"), TrafficClass.NEW)).doesNotContain("e2");
        fleet.site("west").told(31_000, "");
        assertThat(chosen(wanting("w1"), TrafficClass.NEW)).doesNotContain("w1");
        fleet.site("west").told(0, "");
        fleet.site("west").state(SiteState.DOWN);
        assertThat(chosen(wanting("w1"), TrafficClass.NEW)).doesNotContain("w1");
    }

    @Test
    void a_vm_that_cannot_take_a_request_does_not_get_it_again() {
        AttemptHistory history = fresh();
        for (String unable : List.of("e1", "e2", "e3", "w1")) {
            history.add(new Attempt(unable, "a", "east", 0, 0, false, AttemptResult.UNABLE));
        }
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("w2");
        assertThat(balancer.isExhausted(history)).isFalse();

        history.add(new Attempt("w2", "a", "west", 0, 0, false, AttemptResult.UNABLE));
        assertThat(chosen(history, TrafficClass.FAILOVER)).containsExactly("none");
        assertThat(balancer.isExhausted(history)).isTrue();
    }

    @Test
    void vms_that_do_not_want_or_cannot_are_left_alone() {
        vm("e1").heard(new Beat(true, true, true, true, 0, List.of("/"), 0, "", "", ""), 1, 1);
        vm("e2").heard(new Beat(true, false, false, true, 0, List.of("/"), 0, "", "", ""), 1, 1);
        vm("e3").heard(new Beat(true, false, true, false, 0, List.of("/"), 0, "", "", ""), 1, 1);
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("w1", "w2");
    }

    @Test
    void what_a_vm_that_lives_was_left_with_counts_until_a_later_heartbeat_tells_that_it_is_done() {
        VmState e1 = vm("e1");
        assertThat(e1.mayCommit()).isFalse();
        e1.outstanding().began(false);
        assertThat(e1.mayCommit()).as("it changes nothing").isFalse();
        e1.outstanding().began(true);
        assertThat(e1.mayCommit()).isTrue();
        e1.outstanding().ended(true);
        assertThat(e1.mayCommit()).isFalse();

        e1.outstanding().began(true);
        e1.outstanding().leftBehind(true, 100);
        e1.heard(WELL, 100, 101);
        assertThat(e1.mayCommit()).as("the heartbeat may have been first").isTrue();
        e1.heard(new Beat(true, false, true, true, 1, List.of("/"), 0, "", "", ""), 110, 111);
        assertThat(e1.mayCommit()).as("it has one in hand").isTrue();
        e1.heard(WELL, 120, 121);
        assertThat(e1.mayCommit()).isFalse();

        e1.judged(Verdict.SILENT, 130);
        assertThat(e1.mayCommit()).isTrue();
        e1.judged(Verdict.DEAD, 140);
        assertThat(e1.mayCommit()).isFalse();
    }

    @Test
    void a_vm_that_came_back_gets_its_share_slowly() {
        vm("e3").drained(true);
        vm("e2").judged(Verdict.DEAD, 0);
        vm("e2").judged(Verdict.ALIVE, 19_000);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            VmState vm = balancer.choose(fresh(), TrafficClass.NEW, 20_000);
            names.add(vm == null ? "none" : vm.name());
        }
        assertThat(names.stream().filter("e2"::equals).count()).isBetween(40L, 250L);
    }

    @Test
    void a_vm_whose_answers_fail_is_left_alone_while_others_do_better() {
        for (int i = 0; i < 50; i++) {
            vm("e1").breaker().answered(false);
        }
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("e2", "e3");
        vm("e1").breaker().tick(0);
        vm("e1").breaker().tick(2000);
        assertThat(chosen(fresh(), TrafficClass.NEW)).contains("e1");
    }

    @Test
    void each_group_spills_over_by_its_own_load_and_never_to_vms_of_another_one() {
        fleet.take(TestConfig.changed(
                TestConfig.of(vm("e1", "a", 1), vm("e2", "a", 2), vm("e3", "b", 3), vm("w1", "c", 4), vm("w2", "d", 5)),
                config -> {
                    config.vms.replaceAll(vm -> vm.name().endsWith("2") ? inCrm(vm) : vm);
                    config.routes.add(new Route("", "/crm", null, true, null, null, null, "crm", null));
                }));
        fleet.vms().forEach(LoadBalancerTest::isWell);
        AttemptHistory crm = new AttemptHistory(new Destination("crm", null), false, true, 30_000, null, 0);
        assertThat(chosen(crm, TrafficClass.NEW)).containsExactly("e2");
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e3");

        GroupLoad load = vm("e2").load();
        load.inFlight().set(load.limit().limit());
        assertThat(chosen(crm, TrafficClass.NEW)).containsExactly("w2");
        assertThat(chosen(fresh(), TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e3");
        assertThat(chosen(
                        new AttemptHistory(new Destination("crm", "e1"), false, true, 30_000, null, 0),
                        TrafficClass.NEW))
                .as("a cookie of another application's VM")
                .containsExactly("w2");

        vm("w2").drained(true);
        assertThat(chosen(crm, TrafficClass.NEW)).containsExactly("none");
        AttemptHistory asked =
                new AttemptHistory(new Destination(VmState.ANY_GROUP, null), false, true, 30_000, "west", 0);
        assertThat(chosen(asked, TrafficClass.NEW)).containsExactly("w1");
        fleet.site("west").vms().forEach(vm -> vm.judged(Verdict.DEAD, 0));
        fleet.site("west").group("crm").crossableTo(Set.of("east"));
        assertThat(chosen(asked, TrafficClass.NEW)).as("w1 may have it, too").containsExactly("none");
        fleet.site("west").group(RouterConfig.GROUP_DEFAULT).crossableTo(Set.of("east"));
        assertThat(chosen(asked, TrafficClass.NEW)).containsExactlyInAnyOrder("e1", "e3");
        fleet.site("west").vms().forEach(vm -> vm.judged(Verdict.ALIVE, 0));
        fleet.site("west").group("crm").crossableTo(Set.of());
        fleet.site("west").group(RouterConfig.GROUP_DEFAULT).crossableTo(Set.of());

        AttemptHistory broken = new AttemptHistory(new Destination("crm", null), false, true, 30_000, null, 0);
        broken.add(new Attempt("e2", "a", "east", 0, 0, true, AttemptResult.BROKEN));
        vm("w2").drained(false);
        fleet.site("east").group(RouterConfig.GROUP_DEFAULT).crossableTo(Set.of("west"));
        assertThat(chosen(broken, TrafficClass.FAILOVER))
                .as("another group's crossing")
                .containsExactly("none");
        fleet.site("east").group("crm").crossableTo(Set.of("west"));
        assertThat(chosen(broken, TrafficClass.FAILOVER)).containsExactly("w2");
    }

    private static RouterConfig.Vm inCrm(RouterConfig.Vm vm) {
        return new RouterConfig.Vm(vm.name(), vm.url(), vm.site(), vm.host(), 0, null, "crm", vm.weight());
    }
}
