package io.gemel.vm.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.gemel.vm.RunningVm;
import io.gemel.vm.Vm;
import io.gemel.vm.VmClient;
import io.gemel.vm.VmClient.Reply;
import io.gemel.vm.VmConfig;
import io.gemel.vm.VmContract;
import io.gemel.vm.VmDatabase;
import io.gemel.vm.VmLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An application of servlets alone keeps the contract, and behaves as it did. */
abstract class ServletVmContract extends VmContract {
    @TempDir
    static Path folder;

    private final ServletServer.Kind kind;
    private final String page;
    private final String outcomeBesidePage;

    /**
     * @param page is on the container's page of an error
     * @param outcomeBesidePage what routers are told beside that of one that nobody handled
     */
    ServletVmContract(ServletServer.Kind kind, String page, String outcomeBesidePage) {
        this.kind = kind;
        this.page = page;
        this.outcomeBesidePage = outcomeBesidePage;
    }

    @Override
    protected RunningVm start(VmDatabase database, String name, int databasePort) throws Exception {
        return new ServletVm(kind, database, name, databasePort, folder);
    }

    @Test
    void what_a_servlet_sends_as_an_error_is_the_containers_page_and_is_kept_as_text() throws Exception {
        Reply first = client().send("/missing", "k");
        assertThat(first.status()).isEqualTo(404);
        assertThat(first.outcome()).isEqualTo("declined");
        assertThat(first.contentType()).startsWith("text/html");
        assertThat(first.body()).contains("nothing here", page);
        assertThat(client().headers("/missing", "l").firstValue("X-Why")).hasValue("not here");
        assertThat(database().effects("k")).isZero();
        assertThat(database().text("SELECT convert_from(response, 'UTF8') FROM gemel.submission WHERE key = 'k'"))
                .isEqualTo("nothing here\n");
    }

    @Test
    void an_error_that_nobody_handles_is_the_containers() throws Exception {
        Reply failed = client().send("/undefined", "k");
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.outcome()).isEqualTo(outcomeBesidePage);
        assertThat(failed.body()).contains("NoClassDefFoundError", "not there");
        assertThat(database().ledger("k")).isEmpty();
        assertThat(database().effects("k")).isZero();
    }

    @Test
    void an_error_is_shown_on_the_applications_page_and_routers_are_told() throws Exception {
        Reply failed = client().send("/fail", "k");
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.outcome()).isEqualTo("failed");
        assertThat(failed.body()).startsWith("sorry: ").endsWith("IllegalStateException: broken");
        assertThat(database().ledger("k")).isEmpty();
        assertThat(database().effects("k")).isZero();
    }

    @Test
    void a_form_is_read_in_each_run() throws Exception {
        String key = "state-40001"; // its effect is refused until the fourth run
        Reply reply = client().sending(
                        "/form?query=1", key, "field=tea", "Content-Type", "application/x-www-form-urlencoded")
                .join();
        assertThat(reply.outcome()).isEqualTo("retry");
        Reply other = client().sending(
                        "/form?query=1", "k", "field=tea", "Content-Type", "application/x-www-form-urlencoded")
                .join();
        assertThat(other.body()).isEqualTo("tea2");
    }

    @Test
    void what_another_servlet_answers_is_kept_as_well() throws Exception {
        for (String outcome : List.of("executed", "replayed")) {
            Reply page = client().send("/forward", "k");
            assertThat(page.outcome()).isEqualTo(outcome);
            assertThat(page.body()).isEqualTo("<p>/forward");
            assertThat(client().headers("/redirect", "l").firstValue("Location"))
                    .hasValue("/effects/l");
        }
        assertThat(database().effects("k") + database().effects("l")).isEqualTo(2);
    }

    @Test
    void a_success_that_wrote_nothing_may_have_written_through_another_pool() throws Exception {
        assertThat(client().send("/look", "k").outcome()).isEqualTo("rejected");
    }

    @Test
    void what_has_no_answer_of_its_own_is_refused() throws Exception {
        for (String path : List.of("/later", "/upgrade")) {
            Reply refused = client().send(path, "k");
            assertThat(refused.status()).isEqualTo(500);
            assertThat(refused.outcome()).isEqualTo("failed");
            assertThat(refused.body()).containsAnyOf("startAsync", "upgraded");
        }
        assertThat(database().effects("k")).isZero();
    }

    @Test
    void a_filter_that_answers_by_itself_is_told_of() {
        Logger logger = (Logger) LoggerFactory.getLogger("io.gemel.vm.servlet.Astray");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            for (String status : List.of("201", "403", "201", "303", "500", "303")) {
                Reply reply = client().send("/astray/" + status + "?status=" + status, "k");
                assertThat(reply.status()).isEqualTo(Integer.parseInt(status));
                assertThat(reply.outcome()).isEmpty();
            }
            client().post("/astray/204?status=204");
            client().send("/effect", "l");
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list).hasSize(2).allSatisfy(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getFormattedMessage()).contains("/astray/", "servlet", "gemel.vm.submissions");
        });
    }

    @Test
    void an_application_that_ends_finishes_what_it_has_in_hand_and_answers_heartbeats_until_then(@TempDir Path other)
            throws Exception {
        ServletVm ending = new ServletVm(kind, database(), "e2", network().port(), other);
        VmClient router = new VmClient(ending.heartbeatPort());
        try (Connection holder = database().holdCommits()) {
            CompletableFuture<Reply> running = new VmClient(ending.port()).sending("/effect", "hold", "");
            await().atMost(LIMIT).until(() -> database().holdsCommitOf("e2"));
            CompletableFuture<Void> end = CompletableFuture.runAsync(ending::end);
            await().atMost(LIMIT)
                    .until(() -> router.get("/gemel/heartbeat").body().contains("\"draining\":true"));
            assertThat(end).isNotDone();
            VmDatabase.releaseCommits(holder);
            assertThat(running.join().outcome()).isEqualTo("executed");
            end.join();
        }
        assertThat(ending.inFlight()).isZero();
        assertThatThrownBy(() -> router.get("/gemel/heartbeat")).isInstanceOf(IOException.class);
        ending.close();
    }

    @Test
    void routers_are_answered_where_no_servlet_is(@TempDir Path other) throws Exception {
        try (HikariDataSource pool = database().pool("e3", VmLimits.DEFAULT)) {
            List<VmServlets> registered = new ArrayList<>();
            Vm narrow = new Vm(new VmConfig("e3", "east", "host-1", List.of("/"), pool));
            try (ServletServer server = kind.start(
                    "",
                    (types, servlets) ->
                            registered.add(VmServlets.register(servlets, narrow, new InetSocketAddress(0))),
                    other)) {
                assertThat(new VmClient(server.port()).get("/gemel/heartbeat").body())
                        .contains("\"vm\":\"e3\"");
            } finally {
                registered.forEach(VmServlets::close);
            }
        }
    }

    @Test
    void an_application_below_a_path_is_refused(@TempDir Path other) {
        try (HikariDataSource pool = database().pool("e3", VmLimits.DEFAULT);
                Vm unused = new Vm(new VmConfig("e3", "east", "host-1", List.of("/"), pool))) {
            assertThatThrownBy(() -> kind.start(
                            "/app",
                            (types, servlets) -> VmServlets.register(servlets, unused, new InetSocketAddress(0)),
                            other))
                    .hasStackTraceContaining("'/app': routers send requests to a VM below /gemel/")
                    .hasStackTraceContaining("ROOT.war");
        }
    }
}
