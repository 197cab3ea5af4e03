package io.gemel.router.api;

import java.util.List;

/**
 * Every figure of one router at one moment, by the names in {@link RouterFigures}. Counters count since the router started. Immutable.
 *
 * @param router its name
 * @param site the site it stands at
 * @param reason why clients should be sent to another router; empty when they need not
 * @param reload whether changed settings could be taken
 * @param requests requests of clients that were accepted
 * @param resubmitted attempts that followed one whose outcome nobody knew
 * @param retried attempts that followed one that had done nothing
 * @param replayed answers that came out of the ledger
 * @param inDoubt requests that ended without anybody knowing what became of them
 * @param rejected answers with which the application refused a request for good
 * @param declined answers with which the application refused a request, and not for good
 * @param shed requests turned away because there was no room or no VM; nothing was done
 * @param malformed requests that were not proper HTTP, or too large, or too slow
 * @param handshakesFailed connections of clients that ended in their TLS handshake
 * @param quarantined requests refused because VMs died over their key
 * @param durabilityMissed commits whose level of durability was not reached in time
 * @param inFlight requests accepted and not answered
 * @param waiting those among them that are sent nowhere at the moment
 * @param bodyBytes bytes of bodies kept
 * @param connections connections of clients
 * @param upgraded those among them that were upgraded to another protocol
 * @param latencyMillisP50 half of the requests of the last minute or so were answered within this, milliseconds
 * @param latencyMillisP99 and 99 of 100 within this
 * @param vms each VM
 * @param sites each site
 * @param groups each group of VMs
 * @param discovery each name in DNS that stands for VMs
 * @param registeredVms VMs that registered themselves
 * @param answers how long answers took, by route, VM and class of status
 * @param attempts how long VMs had requests, by VM and by how that ended, which stands in place of the status
 */
public record RouterReport(
        String router,
        String site,
        String reason,
        Reload reload,
        long requests,
        long resubmitted,
        long retried,
        long replayed,
        long inDoubt,
        long rejected,
        long declined,
        long shed,
        long malformed,
        long handshakesFailed,
        long quarantined,
        long durabilityMissed,
        int inFlight,
        int waiting,
        long bodyBytes,
        int connections,
        int upgraded,
        double latencyMillisP50,
        double latencyMillisP99,
        List<Vm> vms,
        List<Site> sites,
        List<Group> groups,
        List<Discovery> discovery,
        int registeredVms,
        List<Answers> answers,
        List<Answers> attempts) {

    public RouterReport {
        vms = List.copyOf(vms);
        sites = List.copyOf(sites);
        groups = List.copyOf(groups);
        discovery = List.copyOf(discovery);
        answers = List.copyOf(answers);
        attempts = List.copyOf(attempts);
    }

    /** Whether a VM takes requests, and the router has not been told to end. */
    public boolean ready() {
        return reason.isEmpty();
    }

    /** What is wrong with the settings that are not taken; empty when the router goes by what it was told last. */
    public String reloadProblem() {
        return reload.problem();
    }

    /** Whether settings are not taken. */
    public boolean reloadFailed() {
        return reload.failed();
    }

    /** When the router took settings last, seconds since 1970. */
    public long reloadSuccessTimestampSeconds() {
        return reload.takenSeconds();
    }

    /**
     * How the last reload ended; the start counts as one.
     *
     * @param problem what is wrong with the settings that are not taken; empty when the router goes by what it was told last
     * @param takenSeconds when the router took settings last, or found that nothing had changed, seconds since 1970
     */
    public record Reload(String problem, long takenSeconds) {
        /** Whether settings are not taken. */
        public boolean failed() {
            return !problem.isEmpty();
        }
    }

    /** State of a VM. */
    public enum VmState {
        /** Not heard since the router started. */
        UNKNOWN,
        /** Takes requests. */
        ALIVE,
        /** Alive, and takes no new requests: an operator or the VM itself says so. */
        DRAINING,
        /** Alive, and does not work: its database cannot be reached, or its site's gate is closed, or too many of its answers failed. */
        UNFIT,
        /** Silent or broken for a moment; gets requests only when there is no other. */
        AVOIDED,
        /** Silent for long, while it takes connections: it keeps what it has, and gets nothing new. */
        SILENT,
        /** Gone; what was in flight there went elsewhere. */
        DEAD
    }

    /** State of a site. */
    public enum SiteState {
        /** At least one of its VMs works. */
        UP,
        /** All its VMs are gone, and it is not yet known whether its database is. */
        PENDING,
        /** All its VMs are gone, and its database lives. */
        STRANDED,
        /** Gone, or an operator says so. */
        DOWN
    }

    /**
     * One VM.
     *
     * @param group the application that it runs
     * @param weight its share of new requests beside other weights
     * @param reason why it takes no requests; empty when it does
     * @param inFlight requests of this router that it has
     * @param upgraded connections of clients with which it speaks another protocol through this router
     * @param latencyMillis moving average of its answers, milliseconds
     * @param deaths how often it died
     */
    public record Vm(
            String name,
            String site,
            String host,
            String group,
            int weight,
            VmState state,
            String reason,
            int inFlight,
            int upgraded,
            double latencyMillis,
            long deaths) {}

    /**
     * One site.
     *
     * @param inFlight requests of this router that its VMs have
     * @param limit requests that its VMs get from this router at once; it adapts itself
     * @param lagMillis by how much it lags behind its peer's log, milliseconds; -1 when its process does not say
     * @param reason what keeps it from being used; empty when nothing does
     */
    public record Site(String name, SiteState state, String reason, int inFlight, int limit, long lagMillis) {}

    /**
     * One group of VMs: an application.
     *
     * @param reason why its requests are not served; empty when they are
     * @param inFlight requests for it that were accepted and not answered
     * @param waiting those among them that are sent nowhere at the moment
     * @param places each site where it has VMs, or had
     */
    public record Group(String name, String reason, int inFlight, int waiting, List<Place> places) {
        public Group {
            places = List.copyOf(places);
        }

        /** Whether a VM takes its requests. */
        public boolean ready() {
            return reason.isEmpty();
        }
    }

    /**
     * A group at one site.
     *
     * @param usable VMs that take requests
     * @param inFlight requests of this router that they have
     * @param limit requests that they get from this router at once; it adapts itself
     */
    public record Place(String site, int usable, int inFlight, int limit) {}

    /**
     * A name in DNS that stands for VMs.
     *
     * @param name its name in the settings
     * @param dns what is asked for
     * @param vms how many it stood for when it last stood for any
     * @param problem why that may be old, or why some of them are not served; empty when nothing is wrong
     */
    public record Discovery(String name, String dns, int vms, String problem) {
        /** Whether that may be old, or is not all served. */
        public boolean failed() {
            return !problem.isEmpty();
        }
    }

    /**
     * Answers of one kind.
     *
     * @param route prefix of the route; {@code -} of requests that were not proper
     * @param vm that answered; {@code -} when the router itself did
     * @param code class of the status, for instance {@code 2xx}
     * @param within how many took no longer than each bound, ascending; the last one has no bound
     * @param micros what all took together
     */
    public record Answers(String route, String vm, String code, List<Long> within, long micros) {
        /** The bounds, microseconds. */
        public static final List<Long> BOUNDS_MICROS = List.of(
                5_000L,
                10_000L,
                25_000L,
                50_000L,
                100_000L,
                250_000L,
                500_000L,
                1_000_000L,
                2_500_000L,
                5_000_000L,
                10_000_000L,
                30_000_000L);

        public Answers {
            within = List.copyOf(within);
        }
    }
}
