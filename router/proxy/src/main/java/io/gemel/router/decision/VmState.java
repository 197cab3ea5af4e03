package io.gemel.router.decision;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.decision.VmHealth.Verdict;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Current state of one VM. The watching thread writes what heartbeats say, serving threads count requests; any thread
 * may read.
 */
public final class VmState {
    /** Stands for each group: of requests that any VM can answer that keeps the ledger, since the ledger is the site's. */
    public static final String ANY_GROUP = "";

    /** How fast the average latency follows. */
    private static final double LATENCY_WEIGHT = 0.1;

    /** Instead of a time: there is none. */
    private static final long NOTHING = -1;

    private volatile RouterConfig.Vm config;
    private volatile int requestsMax;
    private volatile GroupLoad load = new GroupLoad();
    private final VmBreaker breaker;
    private final OutstandingRequests outstanding = new OutstandingRequests();
    private volatile Verdict verdict = Verdict.UNKNOWN;
    private volatile Beat beat = Beat.NONE;
    private volatile boolean drained;
    private volatile boolean suspected;
    private volatile Membership membership;
    private final AtomicLong deaths;
    private volatile String silence = "";
    private volatile String failure = "";
    private volatile String sessionName = "";
    private volatile long beatSentMillis = NOTHING;
    private volatile long backSinceMillis = Long.MIN_VALUE;
    private volatile long diedMillis = NOTHING;
    private volatile double latencyMillis;

    /**
     * A VM that was not heard yet.
     *
     * @param requestsMax requests that it gets at once when nothing is said of this VM; 0 for what it says itself
     * @param earlierDeaths of a VM that had its name before, so that the count never falls
     */
    VmState(RouterConfig.Vm config, int requestsMax, Membership membership, long earlierDeaths) {
        this.config = config;
        this.requestsMax = requestsMax;
        this.membership = membership;
        deaths = new AtomicLong(earlierDeaths);
        breaker = new VmBreaker(config.name());
        changes(config, requestsMax);
    }

    /** Whether a VM of the configuration is this one: the same name at another address, or of another site or group, is another VM. */
    boolean is(RouterConfig.Vm vm) {
        return vm.name().equals(config.name())
                && vm.url().equals(config.url())
                && vm.group().equals(config.group())
                && vm.site().equals(config.site());
    }

    /** What is said of it now. */
    void changes(RouterConfig.Vm vm, int requestsMaxOfAll) {
        config = vm;
        requestsMax = vm.requestsMax() > 0 ? vm.requestsMax() : requestsMaxOfAll;
    }

    public Membership membership() {
        return membership;
    }

    void membership(Membership next) {
        membership = next;
    }

    public RouterConfig.Vm config() {
        return config;
    }

    public String name() {
        return config.name();
    }

    public String site() {
        return config.site().name();
    }

    public String group() {
        return config.group();
    }

    /** Whether requests of a group may be sent to it; those of {@link #ANY_GROUP} to each that keeps the ledger. */
    public boolean serves(String group) {
        return group.equals(ANY_GROUP) ? beat.library() : group.equals(config.group());
    }

    /** It counts among others from now on. */
    void joins(GroupLoad others) {
        load = others;
    }

    /** Of its group at its site. */
    GroupLoad load() {
        return load;
    }

    public String host() {
        return config.host();
    }

    public VmBreaker breaker() {
        return breaker;
    }

    /** The requests that it has from this router. */
    public OutstandingRequests outstanding() {
        return outstanding;
    }

    public Verdict verdict() {
        return verdict;
    }

    public Beat beat() {
        return beat;
    }

    /**
     * What the watching thread concludes.
     *
     * @param nowMillis the router's own time
     */
    public void judged(Verdict next, long nowMillis) {
        Verdict before = verdict;
        if (next == Verdict.DEAD && before != Verdict.DEAD && before != Verdict.UNKNOWN) {
            deaths.incrementAndGet();
        }
        if (next == Verdict.DEAD && before != Verdict.DEAD) {
            diedMillis = nowMillis;
        }
        if ((before == Verdict.DEAD || before == Verdict.SILENT) && next == Verdict.ALIVE) {
            backSinceMillis = nowMillis;
            breaker.reset();
        }
        if (before == Verdict.UNKNOWN && next == Verdict.ALIVE && membership == Membership.ADDED) {
            backSinceMillis = nowMillis;
        }
        verdict = next;
    }

    /** A heartbeat that was sent then was answered so. */
    public void heard(Beat answer, long sentMillis, long nowMillis) {
        boolean fitBefore = fit();
        beat = answer;
        if (!answer.vm().isEmpty()) {
            sessionName = answer.vm();
        }
        silence = "";
        beatSentMillis = sentMillis;
        outstanding.heard(sentMillis, answer.inFlight());
        if (!fitBefore && fit() && deaths.get() > 0) {
            backSinceMillis = nowMillis;
        }
    }

    /** A heartbeat was not answered; the reason is empty when there was merely silence. */
    public void unheard(String reason) {
        silence = reason;
    }

    /** Why the last heartbeat was not answered; empty when it was, and when nobody knows. */
    public String silence() {
        return silence;
    }

    /** When the last heartbeat that was answered had been sent; -1 before the first. */
    public long beatSentMillis() {
        return beatSentMillis;
    }

    /** When it was found dead last; -1 for never. */
    public long diedMillis() {
        return diedMillis;
    }

    /** How often it died. */
    public long deaths() {
        return deaths.get();
    }

    /** An operator's word. */
    public void drained(boolean wanted) {
        drained = wanted;
    }

    public boolean drained() {
        return drained;
    }

    /** Takes new work as far as it says itself and operators say. */
    public boolean fit() {
        return !drained && !beat.draining() && beat.open() && beat.databaseUp() && !isElsewhere();
    }

    /** Whether it works on another site's database than the settings say: what is sent again there would meet another ledger. */
    public boolean isElsewhere() {
        String told = beat.site();
        return !told.isEmpty() && !told.equals(site());
    }

    /** The name that its database sessions bear. */
    public String sessionName() {
        return sessionName.isEmpty() ? name() : sessionName;
    }

    /** Gets new requests. */
    public boolean usable() {
        return tells() && config.weight() > 0;
    }

    /** Can be asked what became of work that it, or another VM of its site, had: one without a share of new requests, too. */
    boolean tells() {
        return verdict == Verdict.ALIVE && fit() && !membership.left();
    }

    /** Whether something that this router sent to it may yet be committed: it is not dead, and not known to have nothing in hand. */
    public boolean mayCommit() {
        boolean undecided = verdict == Verdict.AVOID || verdict == Verdict.SILENT;
        return undecided || (verdict == Verdict.ALIVE && outstanding.hasWork());
    }

    /** Lives and reaches its database. */
    public boolean works() {
        return (verdict == Verdict.ALIVE || verdict == Verdict.AVOID) && beat.databaseUp() && !isElsewhere();
    }

    /** Asks the watching thread for a heartbeat at once: a request's connection broke. */
    void suspect() {
        suspected = true;
    }

    /** Whether somebody asked; asking is over then. */
    public boolean takeSuspicion() {
        if (!suspected) {
            return false;
        }
        suspected = false;
        return true;
    }

    /** Its share of new requests: 1 for the usual weight, less while it has just come back. */
    double weight(long nowMillis, long slowStartMillis) {
        long since = backSinceMillis;
        double whole = (double) config.weight() / RouterConfig.WEIGHT_DEFAULT;
        return since == Long.MIN_VALUE ? whole : whole * SlowStart.weight(nowMillis - since, slowStartMillis);
    }

    /** A drain is over: it gets its share slowly. */
    public void back(long nowMillis) {
        backSinceMillis = nowMillis;
    }

    /** Whether it has as many requests as it may have, or as it says that it can work on at once. */
    boolean full() {
        int max = requestsMax > 0 ? requestsMax : beat.capacity();
        return max > 0 && outstanding.inFlight() >= max;
    }

    /** Why a request had no proper answer. */
    public void failed(String why) {
        failure = why;
    }

    /** Why the last request that had no proper answer had none; empty when all had one. */
    public String failure() {
        return failure;
    }

    /** Two threads at once may lose one of their samples, which does no harm. */
    public void answered(double millis) {
        latencyMillis = latencyMillis == 0 ? millis : latencyMillis + (millis - latencyMillis) * LATENCY_WEIGHT;
    }

    public double latencyMillis() {
        return latencyMillis;
    }
}
