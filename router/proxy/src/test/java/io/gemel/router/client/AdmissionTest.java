package io.gemel.router.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestConfig;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.Groups;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.VmState;
import io.gemel.router.report.RouterCounters;
import io.gemel.transaction.SiteId;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** How groups divide the room for requests: 4096 of them, 256 MiB of bodies. */
final class AdmissionTest {
    private static final RouterLimits LIMITS = RouterLimits.defaults();

    private final RouterConfig config =
            TestConfig.of(new RouterConfig.Vm("e1", URI.create("http://127.0.0.1:1"), new SiteId("east"), "host"));
    private final RouterCounters counters = new RouterCounters();
    private final Groups groups = new Groups(new Fleet(config), new Settings(config), new PauseAwareClock(0));
    private final Admission admission = new Admission(groups, counters);

    private int fill(String name, int named) {
        Group group = groups.of(name);
        int accepted = 0;
        while (admission.hasRoom(group, LIMITS, named)) {
            admission.entered(group);
            accepted++;
        }
        return accepted;
    }

    @Test
    void one_group_has_all_the_room() {
        assertThat(fill("a", 1)).isEqualTo(LIMITS.requestsMax());
        admission.left(groups.of("a"));
        assertThat(fill("a", 1)).isEqualTo(1);
    }

    @Test
    void a_group_that_is_stuck_leaves_each_other_one_its_part_of_a_half() {
        int half = LIMITS.requestsMax() / 2;
        assertThat(fill("a", 4)).isEqualTo(half + half / 4);
        assertThat(fill("b", 4)).isEqualTo(half / 4);
        assertThat(fill("c", 4)).isEqualTo(half / 4);
        assertThat(fill(VmState.ANY_GROUP, 4)).isZero();
        assertThat(fill("d", 4)).isEqualTo(half / 4);
        assertThat(counters.inFlight.get()).isEqualTo(LIMITS.requestsMax());

        admission.left(groups.of("a"));
        assertThat(fill("d", 4)).isEqualTo(1);
    }

    @Test
    void bodies_are_divided_likewise_and_answers_take_of_what_is_common() {
        long half = LIMITS.bodiesMax() / 2;
        admission.keeps(groups.of("a"), half + half / 2 - 1);
        assertThat(admission.hasRoom(groups.of("a"), LIMITS, 2)).isTrue();
        admission.keeps(groups.of("a"), 1);
        assertThat(admission.hasRoom(groups.of("a"), LIMITS, 2)).isFalse();
        assertThat(admission.hasRoom(groups.of("b"), LIMITS, 2)).isTrue();
        admission.keeps(groups.of("b"), half / 2);
        assertThat(admission.hasRoom(groups.of("b"), LIMITS, 2)).isFalse();

        admission.keeps(groups.of("a"), -half);
        assertThat(admission.hasRoom(groups.of("b"), LIMITS, 2)).isTrue();
        counters.bodyBytes.addAndGet(half);
        assertThat(admission.hasRoom(groups.of("b"), LIMITS, 2)).isFalse();
    }
}
