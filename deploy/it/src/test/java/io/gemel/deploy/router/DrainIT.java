package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.CommandRun;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankLoad;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Planned work under load: no client notices. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class DrainIT {
    private static final int PER_SECOND = 40;

    /** How often the routers' files take each VM out and back. */
    private static final int ROUNDS = Integer.getInteger("gemel.test.fault.trials", 1);

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final RouterFixture fixture;

    DrainIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @Test
    void every_vm_is_upgraded_in_turn_without_an_error_and_without_a_resubmission() throws Exception {
        long resubmitted = resubmitted();
        try (BankLoad load = fixture.load("east", "upgrade", PER_SECOND, new Random(3))) {
            for (String site : new String[] {"east", "west"}) {
                for (VmProcess vm : fixture.vmsOf(site)) {
                    fixture.order("drain", "vm", vm.name());
                    vm.stop();
                    vm.start();
                    await().atMost(LIMIT).until(vm::isOpen);
                    fixture.order("undrain", "vm", vm.name());
                    fixture.awaitAllAlive();
                }
            }
            load.finish();
            assertThat(load.log()).isNotEmpty().allMatch(BankExchange::isSmooth);
        }
        assertThat(resubmitted()).isEqualTo(resubmitted);
        OnceEach.assertKept(fixture.facts());
    }

    @Test
    void every_vm_is_taken_out_of_the_file_and_put_back_without_an_error_and_without_a_resubmission() throws Exception {
        long resubmitted = resubmitted();
        try (BankLoad load = fixture.load("east", "reload", PER_SECOND, new Random(5))) {
            for (int round = 0; round < ROUNDS; round++) {
                for (VmProcess vm : fixture.vmsOf("east")) { // west has only one, which it keeps
                    exchange(vm);
                }
            }
            load.finish();
            assertThat(load.log()).isNotEmpty().allMatch(BankExchange::isSmooth);
        }
        assertThat(resubmitted()).isEqualTo(resubmitted);
        OnceEach.assertKept(fixture.facts());
    }

    /** Stops and starts a VM while no router knows of it. */
    private void exchange(VmProcess vm) throws Exception {
        Map<RouterProcess, String> files = new LinkedHashMap<>();
        for (String site : new String[] {"east", "west"}) {
            RouterProcess router = fixture.router(site);
            String text = Files.readString(router.file());
            files.put(router, text);
            reload(router, text.replaceAll("(?m)^vm\\." + vm.name() + "\\..*\\n", ""));
        }
        for (RouterProcess router : files.keySet()) {
            fixture.awaitVm(router, vm.name(), "");
        }
        vm.stop();
        vm.start();
        await().atMost(LIMIT).until(vm::isOpen);
        for (Map.Entry<RouterProcess, String> each : files.entrySet()) {
            reload(each.getKey(), each.getValue());
        }
        fixture.awaitAllAlive();
    }

    private static void reload(RouterProcess router, String text) throws Exception {
        Files.writeString(router.file(), text);
        CommandRun run = new CommandRun();
        assertThat(run.run("reload", router.file())).as(run::err).isZero();
    }

    @Test
    void a_drained_site_leaves_its_work_to_the_other_one() throws Exception {
        try (BankLoad load = fixture.load("east", "site", PER_SECOND, new Random(4))) {
            fixture.order("drain", "site", "east");
            int before = load.log().size();
            await().atMost(LIMIT)
                    .until(() -> load.log().stream()
                            .skip(before)
                            .anyMatch(each -> each.reply().orElseThrow().site().equals("west")));
            fixture.order("undrain", "site", "east");
            load.finish();
            assertThat(load.log()).allMatch(BankExchange::isSmooth);
        }
        fixture.awaitAllAlive();
        OnceEach.assertKept(fixture.facts());
    }

    /** Attempts that followed one whose outcome nobody knew, at both routers. */
    private long resubmitted() throws Exception {
        long sum = 0;
        for (String site : new String[] {"east", "west"}) {
            sum += new ObjectMapper()
                    .readTree(fixture.router(site).ask("/status"))
                    .path("resubmitted")
                    .asLong();
        }
        return sum;
    }
}
