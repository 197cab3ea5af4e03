package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator types about a running router, and the exit codes that scripts rely on. The VM is only heard, never used. */
class RouterCommandsIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String TOKEN = "s3cret";

    @TempDir
    static Path folder;

    private static HttpServer vm;
    private static RouterProcess router;

    @BeforeAll
    static void start() throws Exception {
        vm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vm.createContext("/gemel/heartbeat", exchange -> {
            try (exchange) {
                byte[] beat =
                        "{\"vm\":\"e1\",\"site\":\"east\",\"host\":\"h1\",\"inFlight\":0,\"databaseMs\":1,\"draining\":false,\"open\":true,\"submissions\":[\"/\"]}"
                                .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, beat.length);
                exchange.getResponseBody().write(beat);
            }
        });
        vm.start();
        router = new RouterProcess(
                        "east-1",
                        "east",
                        folder,
                        List.of(
                                "admin.token=" + TOKEN,
                                "vm.e1.url=http://127.0.0.1:" + vm.getAddress().getPort(),
                                "vm.e1.site=east",
                                "vm.e1.host=h1",
                                "site.east.status=http://127.0.0.1:" + FreePorts.next()))
                .start();
        await().atMost(LIMIT).until(() -> router.stateOf("vms", "e1").equals("alive"));
    }

    @AfterAll
    static void stop() {
        router.kill();
        vm.stop(0);
    }

    @Test
    void status_shows_a_router_with_its_vms() throws Exception {
        CommandRun table = new CommandRun();
        assertThat(table.run("status", router.file())).isZero();
        assertThat(table.out()).contains("router east-1 at east: ready").containsPattern("e1 +east +h1 +alive");

        CommandRun json = new CommandRun();
        assertThat(json.run("status", router.file(), "--json")).isZero();
        JsonNode all = new ObjectMapper().readTree(json.out());
        assertThat(all.path(0).path("vms").path(0).path("state").asText()).isEqualTo("alive");
    }

    @Test
    void the_last_vm_is_drained_by_force_only() {
        CommandRun refused = new CommandRun();
        assertThat(refused.run("drain", router.file(), "vm", "e1")).isEqualTo(1);
        assertThat(refused.err()).contains("router east-1 refuses");

        CommandRun run = new CommandRun();
        assertThat(run.run("drain", router.file(), "host", "h1", "--force"))
                .as(run::err)
                .isZero();
        await().atMost(LIMIT).until(() -> router.stateOf("vms", "e1").equals("draining"));
        CommandRun status = new CommandRun();
        assertThat(status.run("status", router.file())).as(status::out).isEqualTo(ExitCode.FINDING);
        assertThat(status.out()).contains("router east-1 at east: no VM takes requests");
        assertThat(run.run("undrain", router.file(), "host", "h1")).as(run::err).isZero();
        await().atMost(LIMIT).until(() -> router.stateOf("vms", "e1").equals("alive"));
    }

    @Test
    void what_a_router_does_not_know_is_a_finding() {
        CommandRun run = new CommandRun();
        assertThat(run.run("drain", router.file(), "vm", "e7")).isEqualTo(1);
        assertThat(run.err()).contains("e7");
    }

    @Test
    void a_kind_that_does_not_exist_is_bad_usage() {
        CommandRun run = new CommandRun();
        assertThat(run.run("drain", router.file(), "rack", "r1")).isEqualTo(2);
        assertThat(run.run("drain", router.file(), "vm", "e1", "--lost")).isEqualTo(2);
    }

    @Test
    void another_token_is_bad_configuration() throws Exception {
        Path other = Files.writeString(
                folder.resolve("other.properties"),
                Files.readString(router.file()).replace("admin.token=" + TOKEN, "admin.token=other"));
        CommandRun run = new CommandRun();
        assertThat(run.run("undrain", other, "vm", "e1")).isEqualTo(2);
        assertThat(run.err()).contains("admin.token").doesNotContain(TOKEN);
    }

    @Test
    void a_router_that_does_not_run_cannot_be_reached() throws Exception {
        Path other = Files.writeString(
                folder.resolve("nobody.properties"),
                Files.readString(router.file())
                        .replaceAll("admin.listen=.*", "admin.listen=127.0.0.1:" + FreePorts.next()));
        for (String command : new String[] {"drain", "undrain"}) {
            assertThat(new CommandRun().run(command, other, "vm", "e1")).isEqualTo(3);
        }
        for (String command : new String[] {"status", "reload"}) {
            assertThat(new CommandRun().run(command, other)).isEqualTo(3);
        }
    }

    @Test
    void metrics_name_the_router() throws Exception {
        assertThat(router.ask("/metrics")).contains("gemel_router_ready{router=\"east-1\"} 1");
    }

    @Test
    void a_router_ends_in_good_order_when_it_is_told_to() throws Exception {
        RouterProcess second = another("east-2", "0s");
        assertThat(second.stop(LIMIT)).isEqualTo(143);
        assertThat(second.log())
                .content()
                .contains("router east-2 on 127.0.0.1:")
                .doesNotContain("Exception");
    }

    @Test
    void a_router_that_was_told_to_end_serves_on_until_its_clients_had_time_to_leave() throws Exception {
        RouterProcess leaving = another("east-3", "10m");
        assertThat(answer(leaving.uri()).headers().firstValue("Connection")).isEmpty();
        assertThat(answer(leaving.admin("/ready")).statusCode()).isEqualTo(200);

        leaving.tellToEnd();
        await().atMost(LIMIT).until(() -> answer(leaving.admin("/ready")).body().contains("shutting down"));
        assertThat(answer(leaving.admin("/ready")).statusCode()).isEqualTo(503);
        HttpResponse<String> served = answer(leaving.uri());
        assertThat(served.statusCode()).as("the VM's own").isEqualTo(404);
        assertThat(served.headers().firstValue("Connection")).hasValue("close");
        CommandRun status = new CommandRun();
        assertThat(status.run("status", leaving.file())).isEqualTo(ExitCode.FINDING);
        assertThat(status.out()).contains("router east-3 at east: it is shutting down");
        assertThat(leaving.log()).content().contains("router east-3 is shutting down");
        leaving.kill();
    }

    private static RouterProcess another(String name, String stopDelay) {
        RouterProcess process = new RouterProcess(
                        name,
                        "east",
                        folder,
                        List.of(
                                "stop.delay=" + stopDelay,
                                "vm.e1.url=http://127.0.0.1:" + vm.getAddress().getPort(),
                                "vm.e1.site=east",
                                "vm.e1.host=h1",
                                "site.east.status=http://127.0.0.1:" + FreePorts.next()))
                .start();
        await().atMost(LIMIT).until(() -> process.stateOf("vms", "e1").equals("alive"));
        return process;
    }

    private static HttpResponse<String> answer(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
