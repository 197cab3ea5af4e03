package io.gemel.deploy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankKind;
import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.embedded.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample bank by itself. What deaths do to it the router's tests show. */
final class SpringBankIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void it_starts_while_its_database_is_away_and_works_once_that_is_back(@TempDir Path directory) throws Exception {
        HostPort listen = new HostPort("127.0.0.1", FreePorts.next());
        HostPort heartbeats = new HostPort("127.0.0.1", FreePorts.next());
        try (ShopDatabase database = ShopDatabase.start(directory.resolve("database"));
                TcpProxy network = TcpProxy.to(database.port())) {
            network.cut();
            BankConfig config = new BankConfig(
                    "e1",
                    "east",
                    "host-1",
                    listen,
                    heartbeats,
                    "jdbc:postgresql://127.0.0.1:" + network.port() + "/" + ShopDatabase.NAME,
                    ShopDatabase.ROLE,
                    new Secret(""),
                    BankConfig.THREADS);
            try (JavaProcess bank = BankKind.SPRING
                    .process(config, directory.resolve("e1.properties"))
                    .start()) {
                ShopClient router = new ShopClient(heartbeats.port());
                await().atMost(LIMIT)
                        .ignoreExceptions()
                        .until(() -> router.get("/gemel/heartbeat").status() == 503);
                assertThat(bank.isAlive()).isTrue();
                network.restore();
                await().atMost(LIMIT)
                        .until(() -> router.get("/gemel/heartbeat").body().contains("\"open\":true"));
            }
        }
    }
}
