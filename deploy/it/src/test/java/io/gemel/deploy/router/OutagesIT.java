package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankLoad;
import io.gemel.deploy.embedded.PostgresServer.StopMode;
import io.gemel.deploy.embedded.TcpDirection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers and networks fail under load, and nothing is lost or doubled. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class OutagesIT {
    private static final int PER_SECOND = 40;
    private static final int ENOUGH = 60;

    /** Seconds that an application's driver waits for an answer; who knows before it did not wait for one like it. */
    private static final int DRIVER_SECONDS = 10;

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final RouterFixture fixture;

    OutagesIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @AfterEach
    void restore_and_judge() throws Exception {
        fixture.restoreService();
        OnceEach.assertKept(fixture.facts());
    }

    private BankLoad load(String site, String prefix) {
        return fixture.load(site, prefix, PER_SECOND, new Random(prefix.hashCode()));
    }

    /** Waits until so many more submissions have had their final answer. */
    private static void awaitMore(BankLoad load) {
        int before = load.log().size();
        await().atMost(LIMIT).until(() -> load.log().size() >= before + ENOUGH);
    }

    private static void finish(BankLoad load) throws Exception {
        load.finish();
        assertThat(load.log()).isNotEmpty().allMatch(BankExchange::isAcknowledged);
    }

    @ParameterizedTest
    @EnumSource(TcpDirection.class)
    void a_vm_that_only_one_direction_reaches_is_left_out(TcpDirection direction) throws Exception {
        try (BankLoad load = load("east", "cut-" + direction)) {
            awaitMore(load);
            fixture.wires().cut("east", "e1", direction);
            fixture.awaitVm(fixture.router("east"), "e1", "dead");
            awaitMore(load);
            fixture.wires().restore();
            fixture.awaitVm(fixture.router("east"), "e1", "alive");
            finish(load);
        }
    }

    @Test
    void a_database_that_starts_again_loses_nothing() throws Exception {
        try (BankLoad load = load("east", "database")) {
            awaitMore(load);
            fixture.server("east").stop(StopMode.IMMEDIATE);
            fixture.server("east").start();
            awaitMore(load);
            finish(load);
        }
    }

    /** Its connections stay, and nothing comes: neither VMs nor the site process have a word of it. */
    @Test
    void a_database_that_vanishes_is_replaced_before_a_driver_gives_up() throws Exception {
        try (BankLoad load = load("east", "vanished")) {
            awaitMore(load);
            CompletableFuture<Void> driver = vanish();
            long vanished = System.nanoTime();
            fixture.awaitSite(fixture.router("east"), "east", "down");
            assertThat(driver).isNotDone();
            System.out.println("OutagesIT: the router had given the site up after "
                    + (System.nanoTime() - vanished) / 1_000_000 + " ms");
            awaitMore(load);
            fixture.server("east").kill();
            fixture.server("east").start();
            awaitMore(load);
            finish(load);
        }
    }

    /** East's database vanishes under a driver that waits for an answer; ends when that one gives up. */
    private CompletableFuture<Void> vanish() throws Exception {
        Connection connection = DriverManager.getConnection(
                fixture.server("east").jdbcUrl("east") + "?user=postgres&socketTimeout=" + DRIVER_SECONDS);
        fixture.server("east").freeze();
        return CompletableFuture.runAsync(() -> {
            try (connection;
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            } catch (SQLException e) {
                return; // what it is there for
            }
        });
    }

    @Test
    void sites_that_are_cut_off_from_each_other_both_go_on() throws Exception {
        try (BankLoad east = load("east", "apart-east");
                BankLoad west = load("west", "apart-west")) {
            awaitMore(east);
            fixture.wires().cutSitesApart();
            awaitMore(east);
            awaitMore(west);
            fixture.wires().restore();
            finish(east);
            finish(west);
        }
    }
}
