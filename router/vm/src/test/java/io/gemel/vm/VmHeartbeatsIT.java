package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Heartbeats at an address of their own. */
final class VmHeartbeatsIT extends SubmitFixture {
    private static final String HEARTBEAT = "/gemel/heartbeat";

    private VmHeartbeats heartbeats;
    private VmClient client;

    @BeforeEach
    void listen() throws Exception {
        heartbeats = new VmHeartbeats(vm, new InetSocketAddress("127.0.0.1", 0));
        client = new VmClient(heartbeats.port());
    }

    @AfterEach
    void end() {
        heartbeats.close();
    }

    @Test
    void wait_for_no_connection_that_work_holds() throws Exception {
        assertThat(client.get(HEARTBEAT).status()).isEqualTo(200);
        List<Connection> held = new ArrayList<>();
        try {
            while (held.size() < pool.getMaximumPoolSize() - 1) {
                held.add(pool.getConnection());
            }
            for (int i = 0; i < 3; i++) {
                assertThat(client.get(HEARTBEAT).body()).contains("\"open\":true");
            }
        } finally {
            for (Connection each : held) {
                each.close();
            }
        }
    }

    @Test
    void go_on_when_the_sessions_of_the_vm_were_ended() throws Exception {
        assertThat(client.get(HEARTBEAT).status()).isEqualTo(200);
        assertThat(database.number("SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
                        + " WHERE application_name LIKE 'gemel-vm:%' AND pid <> pg_backend_pid()"))
                .isPositive();

        assertThat(client.get(HEARTBEAT).body()).contains("\"open\":true");
        assertThat(client.get(HEARTBEAT).body()).contains("\"open\":true");
    }

    @Test
    void tell_a_right_that_is_missing_before_any_submission_fails_for_it() throws Exception {
        for (String right : List.of("SELECT", "INSERT", "UPDATE", "DELETE")) {
            database.execute("REVOKE " + right + " ON gemel.submission FROM app");
            assertThat(client.get(HEARTBEAT).body())
                    .contains("\"open\":false")
                    .contains("needs SELECT, INSERT, UPDATE and DELETE on gemel.submission", "run 'gemel prepare'");
            database.execute("GRANT " + right + " ON gemel.submission TO app");
            assertThat(client.get(HEARTBEAT).body()).contains("\"open\":true").doesNotContain("problem");
        }
    }

    @Test
    void are_all_that_is_answered_there() throws Exception {
        assertThat(client.get("/gemel/outcome/k").status()).isEqualTo(404);
        assertThat(client.get("/").status()).isEqualTo(404);
    }
}
