package io.gemel.router.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gemel.router.TestConfig;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.decision.Decision.TrafficClass;
import io.gemel.router.decision.VmHealth.Verdict;
import io.gemel.router.report.VmReport;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** VMs that are equally fast get requests as their weights say, however many are in hand. */
final class WeightsTest {
    private static final Beat WELL = new Beat(true, false, true, true, 0, List.of("/"), 0, "", "", "");
    private static final int REQUESTS = 6000;
    private static final List<Integer> WEIGHTS = List.of(1, 5, 10, 25, 50, 100, 100, 100, 200);
    private static final List<Integer> IN_HAND = List.of(1, 2, 3, 8, 20, 100);

    private static Fleet fleet(List<Integer> weights) {
        RouterConfig.Vm[] vms = new RouterConfig.Vm[weights.size()];
        for (int i = 0; i < vms.length; i++) {
            URI url = URI.create("http://127.0.0.1:" + (i + 1));
            vms[i] = new RouterConfig.Vm(
                    "e" + i, url, new SiteId("east"), "host-" + i, 0, null, RouterConfig.GROUP_DEFAULT, weights.get(i));
        }
        Fleet fleet = new Fleet(TestConfig.of(vms));
        for (VmState vm : fleet.vms()) {
            vm.judged(Verdict.ALIVE, 0);
            vm.heard(WELL, 0, 0);
        }
        return fleet;
    }

    /** How many requests each VM gets while so many are in hand, each as likely to end next as any other. */
    private static Map<String, Integer> shares(Fleet fleet, int inHandMost, Random random) {
        LoadBalancer balancer = new LoadBalancer(fleet, random, 1000, 10_000, 30_000);
        Map<String, Integer> got = new HashMap<>();
        List<VmState> inHand = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            if (inHand.size() >= inHandMost) {
                inHand.remove(random.nextInt(inHand.size())).outstanding().ended(true);
            }
            VmState vm = balancer.choose(new AttemptHistory(false, true, 30_000, null, 0), TrafficClass.NEW, 20_000);
            assertThat(vm).isNotNull();
            vm.outstanding().began(true);
            inHand.add(vm);
            got.merge(vm.name(), 1, Integer::sum);
        }
        return got;
    }

    @Test
    void shares_are_as_the_weights_say() {
        for (int seed = 0; seed < 120; seed++) {
            Random random = new Random(seed);
            List<Integer> weights = new ArrayList<>();
            int vms = 2 + random.nextInt(5);
            for (int i = 0; i < vms; i++) {
                weights.add(WEIGHTS.get(random.nextInt(WEIGHTS.size())));
            }
            int inHand = IN_HAND.get(random.nextInt(IN_HAND.size()));
            Map<String, Integer> got = shares(fleet(weights), inHand, random);
            double all = weights.stream().mapToInt(weight -> weight).sum();
            for (int i = 0; i < vms; i++) {
                assertThat((double) got.getOrDefault("e" + i, 0) / REQUESTS)
                        .as("seed %d, weights %s, %d in hand, VM %d", seed, weights, inHand, i)
                        .isCloseTo(weights.get(i) / all, within(0.05));
            }
        }
    }

    @Test
    void with_weight_0_a_vm_gets_nothing_and_with_no_other_weight_nobody_does() {
        assertThat(shares(fleet(List.of(0, 100, 50)), 8, new Random(1))).containsOnlyKeys("e1", "e2");

        Fleet none = fleet(List.of(0, 0));
        LoadBalancer balancer = new LoadBalancer(none, new Random(1), 1000, 10_000, 30_000);
        assertThat(balancer.choose(new AttemptHistory(false, true, 30_000, null, 0), TrafficClass.NEW, 20_000))
                .isNull();
        AttemptHistory broken = new AttemptHistory(false, true, 30_000, null, 0);
        broken.add(new Attempt("e0", "host-0", "east", 0, 0, true, AttemptResult.BROKEN));
        assertThat(balancer.choose(broken, TrafficClass.FAILOVER, 20_000))
                .as("it may tell what became of it")
                .isSameAs(none.findVm("e1"));
        AttemptHistory notSent = new AttemptHistory(false, true, 30_000, null, 0);
        notSent.add(new Attempt("e0", "host-0", "east", 0, 0, true, AttemptResult.NOT_SENT));
        assertThat(balancer.choose(notSent, TrafficClass.RETRY, 20_000)).isNull();
        assertThat(none.reason()).isEqualTo("no VM takes requests");
        assertThat(none.vms())
                .allSatisfy(vm -> assertThat(VmReport.reason(vm))
                        .isEqualTo("vm." + vm.name() + ".weight is 0: it gets no new requests"));
    }

    @Test
    void a_vm_with_most_of_the_weight_keeps_its_share_while_another_one_is_idle() {
        Fleet fleet = fleet(List.of(100, 1));
        VmState large = fleet.vms().iterator().next();
        large.outstanding().began(true);
        LoadBalancer balancer = new LoadBalancer(fleet, new Random(3), 1000, 10_000, 30_000);
        int small = 0;
        for (int i = 0; i < 1000; i++) {
            VmState vm = balancer.choose(new AttemptHistory(false, true, 30_000, null, 0), TrafficClass.NEW, 20_000);
            small += vm == large ? 0 : 1;
        }
        assertThat(small).isBetween(1, 40);
    }
}
