package io.gemel.deploy.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteProcess;
import java.sql.SQLException;
import java.util.List;

/**
 * One site with all that can be done to it.
 *
 * @param name the site's
 * @param fixture its database and properties; connects past the proxies
 * @param server its database server
 * @param process the site process
 * @param standby a second process for the same site, not started
 * @param database what stands between the processes and the database
 * @param ownLog what stands between the processes and the broker, for this site's log
 * @param peerLog the same for the peer's log
 */
record FaultySite(
        String name,
        SiteFixture fixture,
        PostgresServer server,
        SiteProcess process,
        SiteProcess standby,
        TcpProxy database,
        TcpProxy ownLog,
        TcpProxy peerLog) {
    private static final ObjectMapper JSON = new ObjectMapper();

    List<TcpProxy> links() {
        return List.of(database, ownLog, peerLog);
    }

    void restoreLinks() {
        links().forEach(TcpProxy::restore);
    }

    boolean leads(SiteProcess of) throws InterruptedException {
        return of.status().contains("\"leader\" : true");
    }

    /** Ends the database sessions of the site's processes, those of one kind only if their name is given. */
    void endSessions(String applicationLike) throws SQLException {
        fixture.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + fixture.role()
                + "' AND application_name LIKE '" + applicationLike + "'");
    }

    /** What the process answers when asked for its status; an empty object when it does not answer. */
    JsonNode status() throws InterruptedException {
        try {
            String status = process.status();
            return JSON.readTree(status.isEmpty() ? "{}" : status);
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
