package io.gemel.deploy.config;

import io.gemel.transaction.SiteId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One router as its operator described it. Immutable; made by {@link RouterConfigFile}, which has checked every value.
 *
 * @param file the file it was read from, for messages
 * @param router this router's name
 * @param site the site it stands at, whose VMs it prefers
 * @param listen where it takes clients' requests
 * @param tls what it shows to clients; absent when they come without TLS
 * @param adminListen where it answers operators
 * @param adminToken what an operator's request must carry; empty when nothing is asked for
 * @param accessLog whether each request is logged
 * @param vms where the application runs
 * @param sites the site processes of both sites
 * @param durability what a request without a route or a wish of its own waits for
 * @param routes exceptions for paths, the longest prefix first
 * @param intake what is taken from clients, and how much of it
 * @param times how long things are waited for
 */
public record RouterSettings(
        Path file,
        String router,
        SiteId site,
        HostPort listen,
        Optional<Tls> tls,
        HostPort adminListen,
        Secret adminToken,
        boolean accessLog,
        List<Vm> vms,
        List<Site> sites,
        Durability durability,
        List<Route> routes,
        Intake intake,
        Times times) {

    public RouterSettings {
        vms = List.copyOf(vms);
        sites = List.copyOf(sites);
        routes = List.copyOf(routes);
    }

    /** What an answer waits for. */
    public enum Durability {
        /** Committed in one database. */
        LOCAL,
        /** Acknowledged by the broker that the other site reads. */
        SHIPPED,
        /** Applied at the other site. */
        APPLIED
    }

    /**
     * A certificate and its key.
     *
     * @param certificate PEM file with the certificate and those that signed it
     * @param key PEM file with its private key
     */
    public record Tls(Path certificate, Path key) {}

    /**
     * One running instance of the application.
     *
     * @param name its name, the same as it calls itself
     * @param url its base, {@code http://HOST:PORT}
     * @param site the site whose database it works on
     * @param host the machine it runs on
     */
    public record Vm(String name, URI url, SiteId site, String host) {}

    /**
     * The site process beside one database.
     *
     * @param name the site's name
     * @param status its base, {@code http://HOST:PORT}
     * @param token what requests to it carry; empty when it asks for nothing
     */
    public record Site(SiteId name, URI status, Secret token) {}

    /**
     * What holds for paths that begin alike.
     *
     * @param prefix how they begin
     * @param durability what their answers wait for; absent for the router's own
     * @param resubmit false when a request is passed through as it comes, of any size, and never sent twice
     */
    public record Route(String prefix, Optional<Durability> durability, boolean resubmit) {}

    /**
     * What is taken from clients.
     *
     * @param bodyMax bytes of a body that is kept for resubmission
     * @param requestsMax requests in hand at once
     * @param headersMax bytes of a request's headers
     * @param attemptsMax times that one request is sent to a VM
     */
    public record Intake(long bodyMax, int requestsMax, long headersMax, int attemptsMax) {}

    /**
     * How long things are waited for.
     *
     * @param request from a request's arrival to its deadline
     * @param durability for the durability level, from the commit
     * @param idle a client's connection without a request
     * @param header from a request's first byte to the end of its headers
     * @param body from the end of the headers to that of the body
     * @param heartbeat between two heartbeats to a VM of this site
     * @param heartbeatRemote between two heartbeats to a VM of the other site
     * @param avoid a VM's silence until it gets no new request
     * @param resubmit a VM's silence until its requests go elsewhere
     * @param siteDown a site's silence until its requests go to the other site
     * @param slowStart a new VM's way to its full share
     * @param lagMax a site that lags more gets no requests while the other one lives
     */
    public record Times(
            Duration request,
            Duration durability,
            Duration idle,
            Duration header,
            Duration body,
            Duration heartbeat,
            Duration heartbeatRemote,
            Duration avoid,
            Duration resubmit,
            Duration siteDown,
            Duration slowStart,
            Duration lagMax) {}
}
