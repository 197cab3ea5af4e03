package io.gemel.vm.spring.shop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.FreePorts;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.vm.spring.shop.ShopClient.Reply;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** A VM that dies when its service believes to have committed, and the submission has not. */
final class SpringVmKilledIT {
    private static final String FORM = "application/x-www-form-urlencoded";

    @Test
    void what_a_killed_vm_had_in_hand_is_done_once(@TempDir Path directory) throws Exception {
        int port = FreePorts.next();
        try (ShopDatabase database = ShopDatabase.start(directory.resolve("database"));
                JavaProcess dying = JavaProcess.builder(ShopApplication.class.getName(), directory.resolve("e1.log"))
                        .arguments(ShopSettings.of(database, "e1", "--server.port=" + port))
                        .start();
                ConfigurableApplicationContext other = ShopApplication.start(ShopSettings.of(database, "e2"))) {
            ShopClient first = new ShopClient(port);
            await().atMost(90, SECONDS)
                    .ignoreExceptions()
                    .until(() -> first.get("/gemel/heartbeat").status() == 200);
            CompletableFuture<Reply> lost = first.sending("/shop/slow-orders", "k", FORM, "article=tea&seconds=60");
            await().atMost(30, SECONDS)
                    .until(() -> database.text(
                                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gemel-vm:e1'"
                                            + " AND state = 'idle in transaction' AND query LIKE 'RELEASE%'")
                            .equals("1"));
            assertThat(database.purchases("tea"))
                    .as("the service has committed, the submission has not")
                    .isZero();

            dying.kill();
            assertThat(lost).failsWithin(30, SECONDS);
            ShopClient second = new ShopClient(ShopSettings.port(other));
            Reply done = second.form("/shop/slow-orders", "k", "article=tea&seconds=0");
            assertThat(done.outcome())
                    .as("another request with the key of one that left nothing")
                    .isEqualTo("executed");
            assertThat(second.form("/shop/slow-orders", "k", "article=tea&seconds=0")
                            .outcome())
                    .isEqualTo("replayed");
            assertThat(database.purchases("tea")).isEqualTo(1);
            assertThat(database.text("SELECT vm FROM gemel.submission WHERE key = 'k'"))
                    .isEqualTo("e2");
        }
    }
}
