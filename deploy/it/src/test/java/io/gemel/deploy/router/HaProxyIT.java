package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankLoad;
import io.gemel.deploy.embedded.HaProxyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that know HAProxy alone, which balances the routers as docs/router.md says. Of the VMs some are Spring Boot applications. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class HaProxyIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PER_SECOND = 40;

    private final RouterFixture fixture;

    HaProxyIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @Test
    void what_vms_and_a_router_had_in_hand_behind_it_when_they_died_is_done_once(@TempDir Path folder)
            throws Exception {
        Optional<Path> program = HaProxyServer.program();
        assumeTrue(program.isPresent(), "NOT TESTED: " + HaProxyServer.INSTALL);
        List<String> backend = new ArrayList<>(List.of("option httpchk GET /ready"));
        for (RouterProcess router : List.of(fixture.router("east"), fixture.router("west"))) {
            backend.add("server " + router.toString().replace(' ', '-') + " "
                    + router.uri().getAuthority() + " check port "
                    + router.admin("/").getPort() + " inter 500ms fall 2 rise 2");
        }
        try (HaProxyServer haproxy = HaProxyServer.start(program.orElseThrow(), folder, backend);
                BankLoad load = new BankLoad(
                                new BankClient(List.of(haproxy.uri()), Duration.ofSeconds(40), LIMIT),
                                "haproxy",
                                PER_SECOND,
                                new Random(1))
                        .start()) {
            awaitMore(load);
            VmProcess spring = fixture.vm("e1");
            spring.kill();
            awaitMore(load);
            spring.start();
            fixture.router("west").kill();
            fixture.vm("w1").kill();
            awaitMore(load);
            fixture.restoreService();
            awaitMore(load);
            load.finish();
            assertThat(load.log()).allMatch(each -> each.isAcknowledged());
            assertThat(load.log().stream()
                            .flatMap(each -> each.reply().stream())
                            .map(reply -> reply.site()))
                    .contains("east", "west");
            fixture.log(load.log());
        } finally {
            fixture.restoreService();
        }
        OnceEach.assertKept(fixture.facts());
    }

    /** Until clients have got two seconds' worth of answers more. */
    private static void awaitMore(BankLoad load) {
        int enough = load.log().size() + 2 * PER_SECOND;
        await().atMost(LIMIT).until(() -> load.log().size() >= enough);
    }
}
