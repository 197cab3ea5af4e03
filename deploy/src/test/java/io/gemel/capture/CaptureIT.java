package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptureIT {
    private static final String ACCOUNT = "CREATE TABLE account (id int PRIMARY KEY, owner text, balance int NOT NULL)";

    @TempDir
    static Path folder;

    private static CaptureServers servers;

    @BeforeAll
    static void start() {
        servers = new CaptureServers(folder);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"V15", "V18"})
    void publishes_each_transaction_whole_and_in_commit_order(Version version) throws Exception {
        try (CaptureFixture site = servers.site(version, ACCOUNT)) {
            site.transaction("INSERT INTO account VALUES (1, 'ann', 10), (2, 'bob', 20)"); // before capture runs
            CaptureFixture.Running running = site.start();
            site.transaction(
                    "UPDATE account SET balance = 11 WHERE id = 1",
                    "UPDATE account SET id = 3 WHERE id = 2",
                    "DELETE FROM account WHERE id = 3");
            site.transaction("TRUNCATE account");

            List<LogRecord.Part> parts = site.await(3);

            assertThat(parts).extracting(part -> part.stamp().position()).containsExactly(1L, 2L, 3L);
            assertThat(parts.get(0).changes())
                    .extracting(Object::toString)
                    .containsExactly(
                            "Insert[after=public.account(id=1, owner=ann, balance=10)]",
                            "Insert[after=public.account(id=2, owner=bob, balance=20)]");
            assertThat(parts.get(1).changes())
                    .extracting(Object::toString)
                    .containsExactly(
                            "Update[before=public.account(id=1, owner=ann, balance=10),"
                                    + " after=public.account(id=1, owner=ann, balance=11)]",
                            "Delete[before=public.account(id=2, owner=bob, balance=20)]",
                            "Insert[after=public.account(id=3, owner=bob, balance=20)]",
                            "Delete[before=public.account(id=3, owner=bob, balance=20)]");
            assertThat(parts.get(2).changes()).singleElement().isInstanceOf(Change.Truncate.class);
            assertThat(running.failure).hasNullValue();
        }
    }
}
