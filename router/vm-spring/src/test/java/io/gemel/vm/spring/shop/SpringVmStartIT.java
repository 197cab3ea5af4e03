package io.gemel.vm.spring.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.FreePorts;
import io.gemel.router.Router;
import io.gemel.router.api.RouterReport;
import io.gemel.vm.Vm;
import io.gemel.vm.VmRegistrationIT;
import io.gemel.vm.spring.shop.ShopClient.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What the configuration makes of an application, and what it says when it is wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SpringVmStartIT {
    private ShopDatabase database;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        database = ShopDatabase.start(directory);
    }

    @AfterAll
    void stop() {
        database.close();
    }

    @Test
    void without_a_name_the_application_is_what_it_was() {
        try (ConfigurableApplicationContext shop = ShopApplication.start(ShopSettings.plain(database))) {
            assertThat(shop.getBeanNamesForType(Vm.class)).isEmpty();
            Reply plain =
                    new ShopClient(ShopSettings.port(shop)).form("/shop/records", "k", "article=tea&careful=false");
            assertThat(plain.status()).isEqualTo(200);
            assertThat(plain.outcome()).isEmpty();
        }
    }

    @Test
    void every_setting_that_is_missing_is_named() {
        assertThatThrownBy(() -> start(with(ShopSettings.plain(database), "--gemel.vm.name=e1")))
                .rootCause()
                .hasMessageContainingAll(
                        "gemel.vm.site is missing", "gemel.vm.host is missing", "gemel.vm.submissions is missing");
    }

    @Test
    void settings_that_cannot_be_are_named() {
        assertThatThrownBy(() -> start(vm("--gemel.vm.submissions=shop")))
                .rootCause()
                .hasMessageContaining("submissions has 'shop', which does not begin with /");
        assertThatThrownBy(() -> start(vm("--gemel.vm.data-source=warehouse")))
                .rootCause()
                .hasMessageContainingAll("gemel.vm.data-source", "dataSource", "archive");
        assertThatThrownBy(() -> start(vm("--gemel.vm.heartbeat.port=70000", "--gemel.vm.time=2h")))
                .rootCause()
                .hasMessageContaining("gemel.vm.heartbeat.port must be between 0 and 65535");
        assertThatThrownBy(() -> start(vm("--gemel.vm.time=2h")))
                .rootCause()
                .hasMessageContaining("time must be between");
        assertThatThrownBy(() -> start(vm("--server.servlet.context-path=/app")))
                .rootCause()
                .hasMessageContainingAll("server.servlet.context-path", "/gemel/", "addPathPrefix");
        assertThatThrownBy(() -> start(vm("--spring.mvc.servlet.path=/app")))
                .rootCause()
                .hasMessageContainingAll("spring.mvc.servlet.path is '/app'", "/gemel/", "addPathPrefix");
    }

    /** No part of other tests' applications. */
    static final class Prefix implements WebMvcConfigurer {
        @Override
        public void configurePathMatch(PathMatchConfigurer paths) {
            paths.addPathPrefix("/shop/v2", type -> true);
        }
    }

    @Test
    void the_paths_of_controllers_may_begin_with_a_prefix_instead() throws Exception {
        database.reset();
        String[] settings = vm("--spring.main.sources=" + Prefix.class.getName(), "--gemel.vm.submissions=/shop/v2");
        try (ConfigurableApplicationContext shop = ShopApplication.start(settings)) {
            ShopClient client = new ShopClient(ShopSettings.port(shop));
            assertThat(client.json("/shop/v2/shop/orders", "k", "{\"article\":\"tea\"}")
                            .outcome())
                    .isEqualTo("executed");
        }
    }

    @Test
    void an_application_registers_itself_at_routers_and_leaves_them() throws Exception {
        assertThatThrownBy(() -> start(vm("--gemel.vm.register.routers=http://127.0.0.1:1")))
                .rootCause()
                .hasMessageContainingAll("gemel.vm.register.token is missing", "gemel.vm.register.url is missing");
        int port = FreePorts.next();
        try (Router router = VmRegistrationIT.router(0, "token")) {
            ConfigurableApplicationContext shop = ShopApplication.start(vm(
                    "--server.port=" + port,
                    "--gemel.vm.register.routers=http://127.0.0.1:" + router.adminPort(),
                    "--gemel.vm.register.token=token",
                    "--gemel.vm.register.url=http://127.0.0.1:" + port));
            await().until(() -> router.report().vms().stream()
                    .anyMatch(vm -> vm.name().equals("e1") && vm.state() == RouterReport.VmState.ALIVE));
            shop.close();
            assertThat(router.report().registeredVms()).isZero();
        }
    }

    @Test
    void another_data_source_can_be_named_and_one_be_let_in_beside_it() throws Exception {
        database.reset();
        String[] settings = vm("--gemel.vm.data-sources-beside=archive");
        try (ConfigurableApplicationContext shop = ShopApplication.start(settings)) {
            assertThat(new ShopClient(ShopSettings.port(shop))
                            .form("/shop/archive", "k", "article=tea")
                            .body())
                    .isEqualTo("placed and archived");
        }
    }

    @Test
    void the_data_source_that_is_named_is_the_submissions_own() throws Exception {
        database.reset();
        try (ConfigurableApplicationContext shop = ShopApplication.start(vm("--gemel.vm.data-source=archive"))) {
            assertThat(new ShopClient(ShopSettings.port(shop))
                            .json("/shop/orders", "k", "{\"article\":\"tea\"}")
                            .body())
                    .contains("'dataSource' is used inside a submission, whose own is 'archive'");
            assertThat(database.purchases("tea")).isZero();
        }
    }

    @Test
    void a_pool_that_leaves_commits_to_the_application_works_as_well() throws Exception {
        database.reset();
        String[] settings = vm(
                "--spring.datasource.hikari.auto-commit=false",
                "--spring.jpa.properties.hibernate.connection.provider_disables_autocommit=true");
        try (ConfigurableApplicationContext shop = ShopApplication.start(settings)) {
            ShopClient client = new ShopClient(ShopSettings.port(shop));
            assertThat(client.form("/shop/second-choice", "k", "article=tea").outcome())
                    .isEqualTo("executed");
            assertThat(database.purchases("tea")).isZero();
            assertThat(database.purchases("not tea")).isEqualTo(1);
            assertThat(client.form("/shop/records", "l", "article=jam&careful=true")
                            .body())
                    .contains("REQUIRES_NEW");
            assertThat(database.text("SELECT count(*) FROM purchase")).isEqualTo("1");
        }
    }

    @Test
    void an_application_that_ends_finishes_what_it_has_in_hand_and_takes_nothing_more() throws Exception {
        database.reset();
        int heartbeats = FreePorts.next();
        ConfigurableApplicationContext shop = ShopApplication.start(vm("--gemel.vm.heartbeat.port=" + heartbeats));
        ShopClient client = new ShopClient(ShopSettings.port(shop));
        CompletableFuture<Reply> running =
                client.sending("/shop/slow-orders", "k", "application/x-www-form-urlencoded", "article=tea&seconds=6");
        Vm vm = shop.getBean(Vm.class);
        await().until(() -> vm.inFlight() == 1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(shop::close);
        ShopClient router = new ShopClient(heartbeats);
        await().until(() -> router.get("/gemel/heartbeat").body().contains("\"draining\":true"));
        assertThat(running).as("goes on while heartbeats are answered").isNotDone();
        assertThat(running.join().outcome()).isEqualTo("executed");
        closing.join();
        assertThatThrownBy(() -> router.get("/gemel/heartbeat")).hasRootCauseInstanceOf(IOException.class);
        assertThat(database.purchases("tea")).isEqualTo(1);
    }

    private static String[] with(String[] settings, String... more) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private String[] vm(String... more) {
        return ShopSettings.of(database, "e1", more);
    }

    private static void start(String... settings) {
        ShopApplication.start(settings).close();
    }
}
