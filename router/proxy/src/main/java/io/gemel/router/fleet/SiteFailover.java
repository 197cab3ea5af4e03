package io.gemel.router.fleet;

import io.gemel.router.api.Durability;
import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.GroupView;
import io.gemel.router.decision.SiteView;
import io.gemel.router.decision.VmHealth.Verdict;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.SiteClient;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes it safe to take up at another site what VMs of one group may have committed at this one, when they can do no more here: the sessions that
 * dead VMs left behind are ended, what it committed is shipped, and the other site has applied it. When its database is gone, too, the
 * other site applies what has arrived; should more turn up later, the lesser attempt is void. Confined to the watching event loop.
 */
final class SiteFailover {
    private static final Logger LOG = LoggerFactory.getLogger(SiteFailover.class);

    /** Longest wait for one answer of a site's process; then it is asked again. */
    private static final long STEP_MILLIS = 2000;

    /** Between two tries, and how long a site must be without VMs that can be asked, though they live, in ticks of the watch. */
    private static final int PAUSE_TICKS = 10;

    private static final int IDLE_TICKS = 100;

    private final SiteView site;
    private final GroupView group;
    private final List<SiteView> others;
    private final SiteClient client;
    private final Fencing fencing;
    private @Nullable Round round;
    private int idle;

    /** How far a round is. */
    private enum Stage {
        /** It is tried, or tried again, when its pause is over. */
        PAUSED,
        /** Sites are asked. */
        ASKING,
        /** Every other site may take up the work. */
        PASSED
    }

    /** From a verdict that calls for it until that is taken back: whoever answers later answers nobody. */
    private static final class Round {
        private final SiteState reason;
        private final Set<String> passed = new HashSet<>();
        private Stage stage;
        private int pauseTicks;

        Round(SiteState reason, Stage stage) {
            this.reason = reason;
            this.stage = stage;
        }
    }

    SiteFailover(SiteView site, GroupView group, List<SiteView> others, SiteClient client, Fencing fencing) {
        this.site = site;
        this.group = group;
        this.others = List.copyOf(others);
        this.client = client;
        this.fencing = fencing;
    }

    /**
     * Time passes.
     *
     * @param state the verdict on the site; while VMs of other groups work there, those of this one may be stranded all the same
     */
    void tick(SiteState state) {
        idle = group.tells() ? 0 : idle + 1;
        boolean alone = state == SiteState.UP && (idle >= IDLE_TICKS || group.isGone());
        SiteState wanted = alone ? SiteState.STRANDED : state;
        if (wanted == SiteState.UP || wanted == SiteState.PENDING) {
            close();
            return;
        }
        if (round == null || round.reason != wanted) {
            close();
            round = new Round(wanted, others.isEmpty() ? Stage.PASSED : Stage.PAUSED);
        }
        switch (round.stage) {
            case PAUSED -> {
                if (round.pauseTicks > 0) {
                    round.pauseTicks--;
                } else {
                    ask(round);
                }
            }
            case ASKING, PASSED -> {
                // Its answers go on with it.
            }
        }
    }

    private void close() {
        if (round != null) {
            round = null;
            group.crossableTo(Set.of());
        }
    }

    private void ask(Round asking) {
        asking.stage = Stage.ASKING;
        Future<?> shipped = asking.reason == SiteState.DOWN ? Future.succeededFuture() : settle();
        shipped.compose(unused -> barriers(asking)).onComplete(done -> {
            asking.stage = asking.passed.size() < others.size() ? Stage.PAUSED : Stage.PASSED;
            asking.pauseTicks = PAUSE_TICKS;
            if (asking == round && done.failed()) {
                LOG.debug(
                        "site {}: no failover yet: {}",
                        site.name(),
                        done.cause().getMessage());
            }
        });
    }

    /** Nothing of its dead VMs goes on in its database, its others have nothing in hand, and all that was committed there is out. */
    private Future<?> settle() {
        List<Future<?>> ended = new ArrayList<>();
        List<VmState> all = new ArrayList<>(site.vms());
        all.addAll(site.leaving());
        for (VmState vm : all) {
            if (vm.verdict() == Verdict.DEAD) {
                ended.add(fencing.fence(site, vm, STEP_MILLIS));
            } else if (vm.serves(group.name()) && vm.mayCommit()) {
                ended.add(Future.failedFuture("VM " + vm.name() + " may still work"));
            }
        }
        return Future.all(ended)
                .compose(unused -> client.durable(site.config(), Durability.SHIPPED, STEP_MILLIS))
                .map(Fencing::accepted);
    }

    private Future<?> barriers(Round asking) {
        List<Future<?>> barriers = new ArrayList<>();
        for (SiteView other : others) {
            if (!asking.passed.contains(other.name())) {
                barriers.add(client.barrier(other.config(), site.name(), STEP_MILLIS)
                        .map(Fencing::accepted)
                        .onSuccess(unused -> pass(asking, other.name())));
            }
        }
        return Future.all(barriers);
    }

    private void pass(Round asking, String other) {
        if (asking == round) {
            asking.passed.add(other);
            group.crossableTo(asking.passed);
            LOG.warn(
                    "what may have been committed at {} by VMs of group {} fails over to {}",
                    site.name(),
                    group.name(),
                    other);
        }
    }
}
