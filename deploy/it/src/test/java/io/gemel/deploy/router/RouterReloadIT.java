package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A router in a process of its own, whose file changes under it. VMs are only heard, never used. */
class RouterReloadIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static HttpServer e1;
    private static HttpServer e2;

    @TempDir
    Path folder;

    private Path data;
    private RouterProcess router;

    @BeforeAll
    static void listen() throws Exception {
        e1 = vm("e1");
        e2 = vm("e2");
    }

    @AfterAll
    static void close() {
        e1.stop(0);
        e2.stop(0);
    }

    private static HttpServer vm(String name) throws IOException {
        HttpServer vm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vm.createContext("/gemel/heartbeat", exchange -> {
            try (exchange) {
                byte[] beat = ("{\"vm\":\"" + name + "\",\"databaseMs\":1,\"open\":true,\"submissions\":[\"/\"]}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, beat.length);
                exchange.getResponseBody().write(beat);
            }
        });
        vm.start();
        return vm;
    }

    /** The file lies where Kubernetes would put it: in a folder that is a symbolic link. */
    @BeforeEach
    void start() throws Exception {
        Path first = Files.createDirectory(folder.resolve("..1"));
        data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
        router = new RouterProcess(
                "east-1",
                "east",
                data,
                List.of(
                        "admin.token=s3cret",
                        "stop.delay=0s",
                        "site.east.status=http://127.0.0.1:" + FreePorts.next(),
                        "vm.e1.url=http://127.0.0.1:" + e1.getAddress().getPort(),
                        "vm.e1.site=east",
                        "vm.e1.host=h1"));
        router.start();
        awaitState("e1", "alive");
    }

    @AfterEach
    void stop() {
        router.kill();
    }

    private void awaitState(String vm, String state) {
        await().atMost(LIMIT).until(() -> router.stateOf("vms", vm).equals(state));
    }

    private static String another() {
        return "vm.e2.url=http://127.0.0.1:" + e2.getAddress().getPort() + "\nvm.e2.site=east\nvm.e2.host=h2\n";
    }

    private String text() throws IOException {
        return Files.readString(router.file());
    }

    private String problem() throws Exception {
        String status = router.ask("/status");
        return status.isEmpty()
                ? "no answer"
                : new ObjectMapper().readTree(status).path("reloadProblem").asText();
    }

    @Test
    void a_changed_file_is_seen_and_so_is_a_folder_of_entries() throws Exception {
        Files.writeString(router.file(), text() + another());
        awaitState("e2", "alive");
        assertThat(router.log()).content().contains("changed settings are applied: vm.e2 (new)");

        Files.writeString(router.file(), text().replace(another(), ""));
        awaitState("e2", "");
        Path entries = Files.createDirectory(router.file().resolveSibling("east-1.properties.d"));
        Files.writeString(entries.resolve("vms.properties"), another());
        awaitState("e2", "alive");
    }

    @Test
    void a_file_that_is_swapped_by_its_folders_link_is_seen() throws Exception {
        Path second = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(second.resolve(router.file().getFileName()), text() + another());
        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        awaitState("e2", "alive");
    }

    @Test
    void a_hangup_is_an_order_to_reload_and_not_to_end() throws Exception {
        assumeThat(Files.readString(router.log()))
                .as("whoever started the tests has SIGHUP ignored")
                .doesNotContain("SIGHUP is blocked");
        router.hangUp();
        await().atMost(LIMIT)
                .until(() -> Files.readString(router.log()).contains("SIGHUP received: reading the settings again"));
        Files.writeString(router.file(), text() + another());
        router.hangUp();

        awaitState("e2", "alive");
        assertThat(router.isAlive()).isTrue();
        assertThat(router.stop(LIMIT)).as("SIGTERM ends it").isEqualTo(143);
    }

    @Test
    void the_command_says_what_was_taken_or_why_nothing_was() throws Exception {
        CommandRun same = new CommandRun();
        assertThat(same.run("reload", router.file())).as(same::err).isZero();
        assertThat(same.out()).contains("nothing has changed");

        String good = text();
        Files.writeString(router.file(), good + "threads=63\n" + another());
        CommandRun refused = new CommandRun();
        assertThat(refused.run("reload", router.file())).isEqualTo(ExitCode.FINDING);
        assertThat(refused.err())
                .contains(
                        "router east-1 refuses", "threads cannot change while the router runs", "nothing has changed");
        assertThat(router.stateOf("vms", "e2")).isEmpty();

        Files.writeString(router.file(), good + another());
        CommandRun taken = new CommandRun();
        assertThat(taken.run("reload", router.file())).as(taken::err).isZero();
        assertThat(taken.out() + Files.readString(router.log())).contains("vm.e2 (new)");
        awaitState("e2", "alive");
    }

    @Test
    void the_command_reaches_a_router_whose_token_changes() throws Exception {
        Files.writeString(router.file(), text().replace("s3cret", "fresh"));
        CommandRun run = new CommandRun();
        assertThat(run.run("reload", router.file())).as(run::err).isZero();
        assertThat(run.out() + run.err()).doesNotContain("fresh").doesNotContain("s3cret");
    }

    @Test
    void a_wrong_file_is_told_everywhere_until_it_is_right() throws Exception {
        String good = text();
        Files.writeString(router.file(), good + another() + "wait.maximum=1s\n");
        await().atMost(LIMIT).until(() -> problem().contains("unknown key wait.maximum"));
        assertThat(router.ask("/metrics")).contains("gemel_router_reload_failed{router=\"east-1\"} 1");
        assertThat(router.stateOf("vms", "e2")).as("all of it or nothing").isEmpty();
        CommandRun wrong = new CommandRun();
        assertThat(wrong.run("reload", router.file())).isEqualTo(ExitCode.USAGE);

        Files.writeString(router.file(), good);
        await().atMost(LIMIT).until(() -> problem().isEmpty());
        assertThat(router.ask("/metrics")).contains("gemel_router_reload_failed{router=\"east-1\"} 0");

        Files.writeString(router.file(), good + "threads=63\n");
        await().atMost(LIMIT).until(() -> problem().contains("threads"));
        CommandRun status = new CommandRun();
        assertThat(status.run("status", router.file())).isEqualTo(ExitCode.FINDING);
        assertThat(status.out())
                .contains("router east-1 at east: ready")
                .contains(
                        "its changed settings are rejected; it continues with the previous ones: threads cannot change");
        assertThat(Files.readString(router.log())
                        .lines()
                        .filter(line -> line.contains("changed settings are rejected, nothing has changed")))
                .as("once each")
                .hasSize(2);
    }
}
