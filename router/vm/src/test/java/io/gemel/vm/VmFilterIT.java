package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.gemel.vm.VmClient.Reply;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The library in a real servlet container. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VmFilterIT {
    private static final VmLimits LIMITS = VmLimits.DEFAULT;

    private VmDatabase database;
    private HikariDataSource pool;
    private Vm vm;
    private Tomcat tomcat;
    private VmClient client;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        database = VmDatabase.start(directory.resolve("database"));
        pool = database.pool("e1", LIMITS);
        vm = new Vm(new VmConfig("e1", "east", "host-1", List.of(), pool, LIMITS));
        tomcat = new Tomcat();
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", directory.toString());
        Tomcat.addServlet(context, "effects", new Effects(vm));
        context.addServletMappingDecoded("/", "effects");
        register(context, new VmFilter(vm));
        tomcat.start();
        client = new VmClient(tomcat.getConnector().getLocalPort());
    }

    @AfterAll
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        vm.close();
        pool.close();
        database.close();
    }

    @BeforeEach
    void open() throws Exception {
        database.reset();
    }

    @Test
    void a_request_with_a_key_is_a_submission_of_its_thread() throws Exception {
        assertThat(client.send("/effect", "k", "Gemel-Attempt", "17"))
                .isEqualTo(new Reply(201, "executed", "text/plain; charset=utf-8", "attempt 17"));
        assertThat(client.send("/effect", "k", "Gemel-Attempt", "18"))
                .isEqualTo(new Reply(201, "replayed", "text/plain; charset=utf-8", "attempt 17"));
        assertThat(client.headers("/effect", "k").firstValue("Location")).hasValue("/effects/k");
        assertThat(client.send("/refuse", "l").outcome()).isEqualTo("rejected");
        assertThat(database.effects("k")).isEqualTo(1);
        assertThat(database.effects("l")).isZero();
        assertThat(client.send("/effect", "k".repeat(256)).status()).isEqualTo(400);
    }

    @Test
    void a_request_without_a_key_passes_and_is_no_submission() throws Exception {
        assertThat(client.get("/effect").body()).isEqualTo("0 effects");
        assertThat(client.post("/effect").status())
                .as("of a thread that worked on a submission before, maybe")
                .isEqualTo(500);
        assertThat(database.number("SELECT count(*) FROM effect")).isZero();
    }

    @Test
    void the_router_is_answered_by_the_filter() throws Exception {
        assertThat(client.get("/gemel/heartbeat").body()).contains("\"vm\":\"e1\"", "\"open\":true");
        client.post("/gemel/drain");
        assertThat(client.send("/effect", "k").outcome()).isEqualTo("draining");
        client.post("/gemel/undrain");
        client.send("/effect", "a/b c");
        assertThat(client.get("/gemel/outcome/a%2Fb%20c").status())
                .as("Tomcat refuses an encoded slash by itself")
                .isEqualTo(400);
        client.send("/effect", "a+b c");
        assertThat(client.get("/gemel/outcome/a+b%20c").body()).contains("\"outcome\":\"executed\"");
    }

    private static void register(Context context, VmFilter filter) {
        FilterDef definition = new FilterDef();
        definition.setFilterName("gemel");
        definition.setFilter(filter);
        context.addFilterDef(definition);
        FilterMap everything = new FilterMap();
        everything.setFilterName("gemel");
        everything.addURLPattern("/*");
        context.addFilterMap(everything);
    }

    /** The application. */
    private static final class Effects extends HttpServlet {
        private static final long serialVersionUID = 1L;

        private final transient Vm vm;

        private Effects(Vm vm) {
            this.vm = vm;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("0 effects");
        }

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Submission submission = (Submission) request.getAttribute(VmFilter.SUBMISSION);
            boolean refused = request.getRequestURI().equals("/refuse");
            Work work = connection -> {
                try (var insert = connection.prepareStatement("INSERT INTO effect (key) VALUES (?)")) {
                    insert.setString(1, submission.key());
                    insert.executeUpdate();
                }
                Answer answer = Answer.of(refused ? 402 : 201, "text/plain", "attempt " + submission.attempt())
                        .withHeader("Location", "/effects/" + submission.key());
                return refused ? answer.forGood() : answer;
            };
            VmFilter.send(vm.submit(work), response);
        }
    }
}
