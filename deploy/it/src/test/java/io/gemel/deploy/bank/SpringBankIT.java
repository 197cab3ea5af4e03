package io.gemel.deploy.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.fixture.LedgerServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample bank by itself. What deaths do to it the router's tests show. */
final class SpringBankIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String DATABASE = "postgres";
    private static final String ROLE = "app";

    @Test
    void it_starts_while_its_database_is_away_and_works_once_that_is_back(@TempDir Path directory) throws Exception {
        HostPort listen = new HostPort("127.0.0.1", FreePorts.next());
        HostPort heartbeats = new HostPort("127.0.0.1", FreePorts.next());
        try (PostgresServer database = LedgerServer.start(
                        directory.resolve("database"),
                        DATABASE,
                        "CREATE ROLE app LOGIN",
                        "GRANT USAGE ON SCHEMA gemel TO app",
                        "GRANT SELECT, INSERT, UPDATE, DELETE ON gemel.submission TO app",
                        "GRANT SELECT ON gemel.gate TO app");
                TcpProxy network = TcpProxy.to(database.port())) {
            network.cut();
            BankConfig config = new BankConfig(
                    "e1",
                    "east",
                    "host-1",
                    listen,
                    heartbeats,
                    "jdbc:postgresql://127.0.0.1:" + network.port() + "/" + DATABASE,
                    ROLE,
                    new Secret(""),
                    BankConfig.THREADS);
            try (JavaProcess bank = BankKind.SPRING
                    .process(config, directory.resolve("e1.properties"))
                    .start()) {
                await().atMost(LIMIT)
                        .ignoreExceptions()
                        .until(() -> heartbeat(heartbeats).statusCode() == 503);
                assertThat(bank.isAlive()).isTrue();
                network.restore();
                await().atMost(LIMIT).until(() -> heartbeat(heartbeats).body().contains("\"open\":true"));
            }
        }
    }

    private static HttpResponse<String> heartbeat(HostPort heartbeats) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + heartbeats.port() + "/gemel/heartbeat");
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
