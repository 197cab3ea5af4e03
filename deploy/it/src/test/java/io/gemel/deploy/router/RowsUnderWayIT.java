package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.site.TwoSites;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Work that needs a row which was written at the other site a moment ago, and has not arrived. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class RowsUnderWayIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** What west's applier needs before it gets to the new account. */
    private static final String OBSTACLE = "SELECT FROM account WHERE id = 5 FOR UPDATE";

    private static final AtomicInteger ACCOUNTS = new AtomicInteger(100_000);

    private final RouterFixture fixture;

    RowsUnderWayIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @Test
    void it_is_refused_there_and_done_when_its_client_sends_it_again() throws Exception {
        CompletableFuture<BankExchange> answer = payBeforeItArrives(fixture.client("west"), "again");

        BankExchange paid = answer.get();
        assertThat(paid.isAcknowledged()).isTrue();
        assertThat(paid.tries()).isGreaterThan(1);
        fixture.log(List.of(paid));
        OnceEach.assertKept(fixture.facts());
    }

    @Test
    void after_a_crossing_the_router_waits_for_it_and_the_client_does_not_notice() throws Exception {
        BankClient client = fixture.clientOf("east");
        AtomicInteger rounds = new AtomicInteger();
        fixture.order("drain", "site", "east");
        try {
            await().atMost(LIMIT).until(() -> {
                BankExchange paid = payBeforeItArrives(client, "crossed" + rounds.incrementAndGet())
                        .get();
                fixture.log(List.of(paid));
                assertThat(paid.isAcknowledged()).isTrue();
                // A busy machine may need longer than the router waits.
                return paid.tries() == 1 && paid.reply().orElseThrow().attempts() == 2;
            });
        } finally {
            fixture.order("undrain", "site", "east");
            fixture.awaitAllAlive();
        }
        OnceEach.assertKept(fixture.facts());
    }

    /** Opens an account at east and pays into it, while west cannot hear of it until it has refused the payment. */
    private CompletableFuture<BankExchange> payBeforeItArrives(BankClient client, String key) throws Exception {
        int account = ACCOUNTS.incrementAndGet();
        try (Connection blocker = fixture.server("west").connect("west")) {
            blocker.setAutoCommit(false);
            execute(blocker, OBSTACLE);
            open(account);
            CompletableFuture<BankExchange> answer =
                    client.submit(key, "/transfers", RouterFixture.transfer(1, account), System.nanoTime());
            await().atMost(LIMIT).until(() -> !refusals(key).isEmpty() || answer.isDone());
            return answer;
        }
    }

    private void open(int account) throws SQLException {
        try (Connection east = fixture.server("east").connect("east")) {
            east.setAutoCommit(false);
            execute(east, "UPDATE account SET owner = 'of " + account + "' WHERE id = 5");
            execute(east, "INSERT INTO account VALUES (" + account + ", 'new', 0)");
            east.commit();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> refusals(String key) throws SQLException {
        return TwoSites.texts(
                fixture.sites().west(),
                "SELECT http_status FROM gemel.submission WHERE status = 'declined' AND key = '" + key + "'");
    }
}
