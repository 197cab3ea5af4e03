package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer that was away for long catches up by itself, and what is kept for it meanwhile is bounded. */
class BacklogIT {
    private static final int TRANSACTIONS = Integer.getInteger("gemel.test.backlog", 100_000);
    private static final int ACCOUNTS = 1_000;

    /** What the window may remember of transactions that the peer has not applied; their images stay in the log. */
    private static final long INDEX_BYTES_MAX = 64L * TRANSACTIONS;

    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    @Test
    void peer_catches_up_after_a_hundred_thousand_transactions() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of("window.image.bytes.max", "1MiB"))) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE account (id int PRIMARY KEY, balance bigint)",
                            "INSERT INTO account SELECT i, 0 FROM generate_series(0, " + (ACCOUNTS - 1) + ") i")
                    .prepare()
                    .run();
            SiteSupervisor east = sites.supervisors().get(0);
            sites.supervisors().get(1).close();

            sites.east()
                    .execute(
                            "SET synchronous_commit = off",
                            "DO $$ BEGIN FOR i IN 1.." + TRANSACTIONS
                                    + " LOOP UPDATE account SET balance = balance + 1 WHERE id = i % " + ACCOUNTS
                                    + "; COMMIT; END LOOP; END $$");
            await().atMost(LIMIT).until(() -> east.report().capture().publishedPosition() >= TRANSACTIONS);
            assertThat(east.report().window().bytes()).isLessThanOrEqualTo(INDEX_BYTES_MAX);
            assertThat(east.report().window().keys()).isLessThanOrEqualTo(2 * ACCOUNTS);

            long begun = System.nanoTime();
            sites.run(sites.west(), LongUnaryOperator.identity());
            String sum = "SELECT sum(balance) FROM account";
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(TwoSites.texts(sites.west(), sum))
                            .containsExactly(String.valueOf(TRANSACTIONS)));
            System.out.println("BacklogIT: " + TRANSACTIONS + " transactions caught up within "
                    + (System.nanoTime() - begun) / 1_000_000 + " ms");
            sites.settle();
            sites.assertEqual("account");
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(east.report().window().keys()).isLessThan(ACCOUNTS));
            assertThat(TwoSites.texts(sites.west(), "SELECT count(*) FROM gemel.journal"))
                    .containsExactly("0");
        }
    }
}
