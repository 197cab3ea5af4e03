package io.gemel.router.exchange;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestConfig;
import io.gemel.router.TestHttp;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Beat;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.RequestQueues;
import io.gemel.router.decision.VmHealth.Verdict;
import io.gemel.router.decision.VmState;
import io.gemel.transaction.SiteId;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RequestQueuesTest {
    private static final long WAIT_MAX = RouterTimes.defaults().waitMax().toMillis();

    private final Vertx vertx = Vertx.vertx();
    private final RouterConfig config =
            TestConfig.of(new RouterConfig.Vm("e1", URI.create("http://127.0.0.1:1"), new SiteId("east"), "host"));
    private final Fleet fleet = new Fleet(config);
    private final RequestQueues queues = new RequestQueues(fleet, new Settings(config), RouterConfig.GROUP_DEFAULT);
    private final RequestQueue one = new RequestQueue(queues, vertx.getOrCreateContext());
    private final RequestQueue other = new RequestQueue(queues, vertx.getOrCreateContext());
    private final Queue<String> served = new ConcurrentLinkedQueue<>();
    private final AtomicInteger room = new AtomicInteger();

    @AfterEach
    void stop() {
        TestHttp.await(vertx.close());
    }

    /** Takes a VM's room if there is any. */
    private final class Request implements RequestQueue.Waiting {
        private final String name;
        private final RequestQueue queue;

        Request(String name, RequestQueue queue, boolean fresh, long since) {
            this.name = name;
            this.queue = queue;
            queue.add(this, fresh, since);
        }

        @Override
        public void look() {
            if (room.get() > 0) {
                room.decrementAndGet();
                queue.remove(this);
                served.add(name);
            }
        }
    }

    private void fresh(String name, RequestQueue queue, long since) {
        assertThat(new Request(name, queue, true, since).name).isNotEmpty();
    }

    private void unfinished(String name, RequestQueue queue, long since) {
        assertThat(new Request(name, queue, false, since).name).isNotEmpty();
    }

    /** So many get a VM. */
    private void gain(int more) {
        int before = served.size();
        room.set(more);
        queues.roomGained();
        await().until(() -> served.size() == before + more);
    }

    @Test
    void who_came_first_is_served_first_and_nobody_beyond_the_room() {
        fresh("a", one, 1);
        fresh("b", one, 2);
        fresh("c", one, 3);
        gain(2);
        assertThat(served).containsExactly("a", "b");
        assertThat(queues.haveFresh()).isTrue();
        gain(1);
        assertThat(served).containsExactly("a", "b", "c");
        assertThat(queues.haveFresh()).isFalse();
    }

    @Test
    void unfinished_work_is_served_before_new_requests() {
        fresh("new", one, 1);
        unfinished("unfinished", one, 2);
        gain(1);
        assertThat(served).containsExactly("unfinished");
    }

    @Test
    void room_goes_to_the_event_loop_where_it_was_awaited_longest() {
        fresh("later", one, 2);
        fresh("earlier", other, 1);
        gain(1);
        assertThat(served).containsExactly("earlier");
        unfinished("unfinished", other, 3);
        gain(1);
        assertThat(served).containsExactly("earlier", "unfinished");
        gain(1);
        assertThat(served).containsExactly("earlier", "unfinished", "later");
    }

    @Test
    void much_room_at_once_is_given_in_the_order_of_all_event_loops() {
        fresh("a", one, 1);
        fresh("b", other, 2);
        fresh("c", one, 3);
        fresh("d", other, 4);
        gain(4);
        assertThat(served).containsExactly("a", "b", "c", "d");
    }

    @Test
    void a_request_is_turned_away_when_the_queue_stands_and_is_too_long_for_what_vms_do() {
        VmState vm = fleet.vms().iterator().next();
        vm.judged(Verdict.ALIVE, 0);
        vm.heard(new Beat(true, false, true, true, 0, List.of("/"), 2, "", "", ""), 0, 0);
        vm.outstanding().began(true);
        vm.outstanding().began(true);
        for (int i = 0; i < 21; i++) {
            fresh("r" + i, one, 0);
        }
        assertThat(queues.areHopeless(WAIT_MAX))
                .as("nobody knows how fast the VM is")
                .isFalse();
        vm.answered(
                1000); // two at once, a second each: the seventeenth would be answered after 8.5 s, twice as late as
        // may be
        assertThat(queues.areHopeless(WAIT_MAX)).isTrue();
        assertThat(queues.areHopeless(WAIT_MAX / 5))
                .as("a burst that has only begun")
                .isFalse();
        gain(1);
        assertThat(queues.areHopeless(WAIT_MAX)).as("maybe in time").isFalse();
        vm.judged(Verdict.AVOID, 0);
        fresh("again", one, 0);
        assertThat(queues.areHopeless(WAIT_MAX))
                .as("a VM that is slow to answer heartbeats works")
                .isTrue();
        vm.judged(Verdict.DEAD, 0);
        fresh("more", one, 0);
        assertThat(queues.areHopeless(WAIT_MAX)).as("the VM may come back").isFalse();
    }
}
