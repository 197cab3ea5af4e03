package io.gemel.vm;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running application instance, and the entry point of the library. {@link #submit} runs the application's work
 * once for a submission's key: the key is claimed in the work's own transaction, and the answer committed with it.
 * {@link VmHandler} and {@link VmFilter} put it behind HTTP. Safe for any number of threads.
 */
public final class Vm implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vm.class);

    private final VmConfig config;
    private final InstantSource clock;
    private final JoiningDataSource dataSource;
    private final Submissions submissions;
    private final Heartbeat heartbeat;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();

    public Vm(VmConfig config) {
        this(config, InstantSource.system());
    }

    /** @param clock what deadlines are compared with; it should agree with the routers' clocks */
    public Vm(VmConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.dataSource = new JoiningDataSource(config.dataSource());
        this.submissions = new Submissions(config, dataSource, clock);
        this.heartbeat = new Heartbeat(config);
        LOG.info(
                "VM {} works at site {} on host {}; its submissions are {}",
                config.name(),
                config.site(),
                config.host(),
                config.submissions());
    }

    /**
     * Properties for the PostgreSQL driver's connections: they tag the VM's sessions, so that those of a dead VM can be ended, and let the database
     * notice within seconds that the VM's machine is gone. Give them to the pool.
     *
     * @param name the VM's name
     */
    public static Map<String, String> sessionProperties(String name, VmLimits limits) {
        VmConfig.requireName(name);
        return SessionTag.properties(name, limits);
    }

    /**
     * Runs the work, unless its key is done: then what was answered is answered again. Waits for another attempt that runs in this
     * database, at most until the deadline. Blocks; throws nothing but what is the matter with the call.
     *
     * @throws IllegalStateException inside the work of another submission: one would be committed without the other
     */
    public Result submit(Submission submission, Work work) {
        requireOutside(submission);
        inFlight.incrementAndGet();
        try {
            // After it has been counted: who drains and then sees nothing in flight knows that nothing will run.
            return draining.get() ? Answers.draining() : submissions.submit(submission, work);
        } finally {
            inFlight.decrementAndGet();
        }
    }

    /**
     * The same for the submission that {@link VmFilter} read from this thread's request.
     *
     * @throws IllegalStateException when there is none
     */
    public Result submit(Work work) {
        return submit(CurrentSubmission.get(), work);
    }

    /** An attempt of now, for a request that came without a router: the deadline is the longest time a submission takes. */
    public Submission submission(String key) {
        return new Submission(
                key, null, clock.millis(), clock.instant().plus(config.limits().time()));
    }

    /**
     * Closes a key so that nothing ever happens under it, unless it is done: then what it ended with. Waits for an attempt that runs.
     *
     * @throws IllegalStateException inside the work of a submission
     */
    public Result fence(Submission submission) {
        requireOutside(submission);
        return submissions.fence(submission);
    }

    /** Accepts no new submissions. Running ones continue and may commit; {@link #inFlight} counts them. */
    public void drain() {
        draining.set(true);
    }

    /** Takes submissions again. */
    public void undrain() {
        draining.set(false);
    }

    public boolean isDraining() {
        return draining.get();
    }

    /** How many submissions run or wait. */
    public int inFlight() {
        return inFlight.get();
    }

    /**
     * The pool for everything that works for submissions (JdbcTemplate, jOOQ, an entity manager): a thread that
     * executes a submission borrows the submission's own connection, which only the library commits; every other thread
     * gets one of the pool. What is lent takes a transaction as a part of the submission's: a rollback takes back what
     * was done since it began, a commit keeps it until the submission ends. A transaction that begins while another one
     * is open is refused.
     */
    public DataSource dataSource() {
        return dataSource;
    }

    /** Returns whether this thread executes a submission of this VM. */
    public boolean isInSubmission() {
        return dataSource.isJoined();
    }

    /** Returns whether the work on this thread has been lent a connection by {@link #dataSource()}. */
    public boolean hasLent() {
        return dataSource.hasLent();
    }

    /**
     * Refuses what the work on this thread tries and what would not be in its submission: whatever the work makes of the error, this attempt
     * fails, and its answer is this text.
     *
     * @param text what is refused, and what to do instead; clients see it
     * @return to be thrown
     */
    public IllegalStateException refusal(String text) {
        return dataSource.refusal(text);
    }

    public VmConfig config() {
        return config;
    }

    private void requireOutside(Submission submission) {
        if (dataSource.isJoined()) {
            throw new IllegalStateException(
                    "submission '" + submission.key()
                            + "' begins inside the work of another one: do what belongs together in one, and the rest after it");
        }
    }

    InstantSource clock() {
        return clock;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Takes no new submissions and ends the heartbeat's thread. The pool is the application's to close. */
    @Override
    public void close() {
        drain();
        heartbeat.close();
    }
}
