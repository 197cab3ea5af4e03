package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankLoad;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Under steady load from clients that do not wait for each other, a VM is killed, a VM freezes, a host is lost, a whole site is lost with
 * committed work that nobody else has seen. Each time every submission has one effect at both sites, and what clients were told stays true.
 */
@Tag("alone")
@ExtendWith(SharedRouters.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeathsIT {
    /** How often each kind of death happens. 59 bound the 95th percentile with 95 % confidence. */
    private static final int TRIALS = Integer.getInteger("gemel.test.fault.trials", 1);

    private static final int PER_SECOND = Integer.getInteger("gemel.test.router.rate", 40);
    private static final Duration BEFORE = Duration.ofSeconds(1);
    private static final Duration AFTER_VM = Duration.ofSeconds(3);
    private static final Duration AFTER_SITE = Duration.ofSeconds(8);
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final Random RANDOM = new Random(Long.getLong("gemel.test.seed", 42));
    private static final Stalls STALLS = new Stalls();
    private static int rounds;

    private final RouterFixture fixture;

    DeathsIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @AfterAll
    static void tell() {
        System.out.println("DeathsIT, " + PER_SECOND + " submissions a second\n" + STALLS.table());
    }

    /** Something that happens under load. */
    @FunctionalInterface
    private interface Event {
        void happen() throws Exception;
    }

    /** Runs the load, lets something happen, waits until work goes on; takes down the longest wait of a client since shortly before. */
    private void underLoad(String kind, Event event, Duration after, Event repair) throws Exception {
        try (BankLoad load = fixture.load("east", kind + rounds++, PER_SECOND, RANDOM)) {
            pause(BEFORE);
            long happened = System.nanoTime();
            event.happen();
            pause(after);
            repair.happen();
            load.finish();
            STALLS.add(
                    kind,
                    load.slowest(happened - Duration.ofMillis(200).toNanos(), happened + after.toNanos())
                            .orElseThrow());
            List<BankExchange> log = load.log();
            assertThat(log).as("final answers").allMatch(each -> each.isAcknowledged());
            OnceEach.assertKept(fixture.facts());
        }
    }

    /** Lets load flow: the time itself is what is wanted. */
    private static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    @Test
    @Order(1)
    void a_killed_vm_costs_nobody_more_than_a_moment() throws Exception {
        for (int i = 0; i < TRIALS; i++) {
            VmProcess vm = fixture.vmsOf("east").get(i % 3);
            underLoad("vm-killed", vm::kill, AFTER_VM, () -> restart(vm));
        }
    }

    @Test
    @Order(2)
    void a_frozen_vm_is_left_out_and_what_it_commits_late_counts_once() throws Exception {
        for (int i = 0; i < TRIALS; i++) {
            VmProcess vm = fixture.vmsOf("east").get(i % 3);
            underLoad("vm-frozen", vm::freeze, AFTER_VM, () -> {
                vm.thaw();
                fixture.awaitAllAlive();
            });
        }
    }

    @Test
    @Order(3)
    void a_lost_host_costs_nobody_more_than_a_lost_vm() throws Exception {
        for (int i = 0; i < TRIALS; i++) {
            List<VmProcess> host = fixture.vmsOf("east").stream()
                    .filter(vm -> vm.host().equals("host-1"))
                    .toList();
            underLoad("host-killed", () -> host.forEach(VmProcess::kill), AFTER_VM, () -> {
                host.forEach(VmProcess::start);
                fixture.awaitAllAlive();
            });
        }
    }

    @Test
    @Order(4)
    void a_lost_site_is_replaced_by_the_other_and_its_unseen_commits_are_void() throws Exception {
        for (int i = 0; i < TRIALS; i++) {
            String key = "unseen-" + i;
            // From here on nothing that east commits is known at west.
            fixture.siteProcess("east").kill();
            FaultInjection.order(fixture.orders(), key, Moment.AFTER_COMMIT, FaultInjection.Kind.FREEZE);
            underLoad(
                    "site-killed",
                    () -> {
                        var unseen = fixture.client("east")
                                .submit(key, "/transfers", RouterFixture.transfer(1, 2), System.nanoTime());
                        await().atMost(LIMIT)
                                .until(() -> !FaultInjection.whoGrieved(fixture.orders(), key, Moment.AFTER_COMMIT)
                                        .isEmpty());
                        fixture.killSite("east");
                        BankExchange answered = unseen.get();
                        assertThat(answered.isAcknowledged())
                                .as(answered.toString())
                                .isTrue();
                        assertThat(answered.reply().orElseThrow().site()).isEqualTo("west");
                        fixture.log(List.of(answered));
                    },
                    AFTER_SITE,
                    () -> fixture.restoreService());
            assertThat(fixture.voidKeys()).contains(key);
        }
    }

    private void restart(VmProcess vm) throws Exception {
        vm.start();
        fixture.awaitAllAlive();
    }
}
