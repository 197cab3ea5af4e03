package io.gemel.router.decision;

import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.Decision.TrafficClass;
import io.gemel.router.decision.VmHealth.Verdict;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the VM for an attempt: at the router's own site while it has room, else at another; there the one of two random VMs with
 * fewer requests for its weight. Reads the fleet and changes nothing. Confined to one thread.
 */
public final class LoadBalancer {
    private final Fleet fleet;
    private final RandomGenerator random;
    private final int vmInFlightMax;
    private final long slowStartMillis;
    private final long lagMaxMillis;

    /** @param vmInFlightMax requests that one VM may have from this router */
    public LoadBalancer(
            Fleet fleet, RandomGenerator random, int vmInFlightMax, long slowStartMillis, long lagMaxMillis) {
        this.fleet = fleet;
        this.random = random;
        this.vmInFlightMax = vmInFlightMax;
        this.slowStartMillis = slowStartMillis;
        this.lagMaxMillis = lagMaxMillis;
    }

    /**
     * The VM for the next attempt.
     *
     * @param history what befell the submission so far
     * @param nowMillis the router's own time
     * @return null when no VM can have it at the moment
     */
    @Nullable
    VmState choose(AttemptHistory history, TrafficClass traffic, long nowMillis) {
        String home = history.home();
        if (home != null) {
            VmState there = best(fleet.site(home), history, traffic, Tier.ANY, nowMillis);
            return there != null ? there : acrossFrom(fleet.site(home), history, traffic, nowMillis);
        }
        VmState wanted = wanted(history);
        if (wanted != null) {
            return wanted;
        }
        for (Tier tier : Tier.values()) {
            for (SiteView site : fleet.sites()) {
                VmState vm = best(site, history, traffic, tier, nowMillis);
                if (vm != null) {
                    return vm;
                }
            }
        }
        return null;
    }

    /** The VM that answered the client before, while it takes requests; its weight does not matter. */
    private @Nullable VmState wanted(AttemptHistory history) {
        String name = history.wanted();
        VmState vm = name == null ? null : fleet.findVm(name);
        SiteView site = vm == null ? null : fleet.site(vm.site());
        boolean takes = vm != null
                && site != null
                && vm.serves(history.group())
                && site.state() != SiteState.DOWN
                && site.lagMillis() <= lagMaxMillis
                && !vm.load().isFull()
                && hasRoom(vm)
                && isGood(vm);
        return takes ? vm : null;
    }

    /** Out of what sites and VMs requests are sent to: the worse only when there is no better. */
    private enum Tier {
        /** VMs without reproach at sites that keep up with their peer. */
        GOOD,
        /** Sites that lag, too. */
        LAGGING,
        /** VMs that were silent for a moment or failed often, too. */
        ANY
    }

    private @Nullable VmState acrossFrom(SiteView home, AttemptHistory history, TrafficClass traffic, long nowMillis) {
        Collection<GroupView> there = groups(home, history);
        if (history.group().equals(VmState.ANY_GROUP)) {
            there = there.stream().filter(GroupView::mayKeepLedger).toList();
        }
        for (SiteView site : fleet.sites()) {
            if (!there.isEmpty() && there.stream().allMatch(group -> group.isCrossableTo(site.name()))) {
                VmState vm = best(site, history, traffic, Tier.ANY, nowMillis);
                if (vm != null) {
                    return vm;
                }
            }
        }
        return null;
    }

    private static Collection<GroupView> groups(SiteView site, AttemptHistory history) {
        if (history.group().equals(VmState.ANY_GROUP)) {
            return site.groups();
        }
        GroupView group = site.group(history.group());
        return group == null ? List.of() : List.of(group);
    }

    private static List<VmState> vms(GroupView group, AttemptHistory history) {
        return history.group().equals(VmState.ANY_GROUP)
                ? group.vms().stream().filter(vm -> vm.serves(history.group())).toList()
                : group.vms();
    }

    private @Nullable VmState best(
            SiteView site, AttemptHistory history, TrafficClass traffic, Tier tier, long nowMillis) {
        for (GroupView group : groups(site, history)) {
            VmState vm = best(site, group, history, traffic, tier, nowMillis);
            if (vm != null) {
                return vm;
            }
        }
        return null;
    }

    private @Nullable VmState best(
            SiteView site, GroupView group, AttemptHistory history, TrafficClass traffic, Tier tier, long nowMillis) {
        if (site.state() == SiteState.DOWN
                || (tier == Tier.GOOD && site.lagMillis() > lagMaxMillis)
                || (traffic != TrafficClass.FAILOVER && group.load().isFull())) {
            return null;
        }
        List<VmState> vms = vms(group, history);
        if (history.last() == null && history.home() == null) {
            VmState vm = lesser(vms, tier, nowMillis);
            if (vm != null || tier != Tier.ANY) {
                return vm;
            }
        }
        return vms.isEmpty() ? null : leastMet(vms, history, nowMillis);
    }

    /**
     * The one that has had least to do with a submission that was sent somewhere before. What became of it, a VM of its own site also tells
     * that has no share of new requests.
     */
    private @Nullable VmState leastMet(List<VmState> vms, AttemptHistory history, long nowMillis) {
        VmState chosen = null;
        int chosenRank = Integer.MAX_VALUE;
        int offset = random.nextInt(vms.size());
        for (int i = 0; i < vms.size(); i++) {
            VmState vm = vms.get((i + offset) % vms.size());
            boolean wanted = vm.config().weight() > 0 || vm.site().equals(history.home());
            if (!wanted || isSpent(vm, history) || !takes(vm, Tier.ANY)) {
                continue;
            }
            int rank = rank(vm, history);
            if (rank < chosenRank || (chosen != null && rank == chosenRank && isBusier(chosen, vm, nowMillis))) {
                chosen = vm;
                chosenRank = rank;
            }
        }
        return chosen;
    }

    /**
     * Whether a VM must not get it again: it cannot take it, or did not say that nothing happened. One that keeps the ledger may be asked
     * again as soon as it is heard, since asking it is how what became of the work is found out.
     */
    private static boolean isSpent(VmState vm, AttemptHistory history) {
        return history.attempts().stream()
                .anyMatch(attempt -> attempt.vm().equals(vm.name()) && spends(attempt, vm, history));
    }

    private static boolean spends(Attempt attempt, VmState vm, AttemptHistory history) {
        if (attempt.result().nothingHappened()) {
            return attempt.result().unable();
        }
        return history.safe() || !attempt.kept() || vm.beatSentMillis() <= attempt.endedMillis();
    }

    /** Whether no VM is left that could get it, now or later. */
    boolean isExhausted(AttemptHistory history) {
        for (VmState vm : fleet.vms()) {
            if (vm.serves(history.group()) && !isSpent(vm, history)) {
                return false;
            }
        }
        return true;
    }

    /** A VM that has not had it, on a host that has not had it, without reproach: the lower the better. */
    private static int rank(VmState vm, AttemptHistory history) {
        int rank = 0;
        if (history.met(vm.name())) {
            rank += 8;
        }
        if (!vm.usable() || vm.breaker().isOpen()) {
            rank += 4;
        }
        if (history.metHost(vm.host())) {
            rank += 2;
        }
        return rank;
    }

    /** Of two VMs drawn by their weight, the one with fewer requests for it. */
    private @Nullable VmState lesser(List<VmState> vms, Tier tier, long nowMillis) {
        VmState first = draw(vms, null, tier, nowMillis);
        if (first == null) {
            return null;
        }
        VmState second = draw(vms, first, tier, nowMillis);
        return second == null || !isBusier(first, second, nowMillis) ? first : second;
    }

    /**
     * Whether a VM has so much more in hand for its weight than another one that a request had better go there: one request more when
     * their weights are equal. When they are not, the smaller VM's share may be a part of a request, and one in hand no sign of too much.
     */
    private boolean isBusier(VmState vm, VmState other, long nowMillis) {
        double weight = vm.weight(nowMillis, slowStartMillis);
        double othersWeight = other.weight(nowMillis, slowStartMillis);
        double bound = 2 * Math.max(weight, othersWeight) - Math.min(weight, othersWeight);
        return vm.outstanding().inFlight() * othersWeight - other.outstanding().inFlight() * weight >= bound;
    }

    private @Nullable VmState draw(List<VmState> vms, @Nullable VmState except, Tier tier, long nowMillis) {
        double total = 0;
        for (VmState vm : vms) {
            if (vm != except && draws(vm, tier)) {
                total += vm.weight(nowMillis, slowStartMillis);
            }
        }
        double drawn = random.nextDouble() * total;
        VmState last = null;
        for (VmState vm : vms) {
            if (vm != except && draws(vm, tier)) {
                last = vm;
                drawn -= vm.weight(nowMillis, slowStartMillis);
                if (drawn < 0) {
                    return vm;
                }
            }
        }
        return last;
    }

    private boolean draws(VmState vm, Tier tier) {
        return vm.config().weight() > 0 && takes(vm, tier);
    }

    private boolean takes(VmState vm, Tier tier) {
        if (!hasRoom(vm)) {
            return false;
        }
        return tier == Tier.ANY ? vm.verdict() == Verdict.ALIVE || vm.verdict() == Verdict.AVOID : isGood(vm);
    }

    private boolean hasRoom(VmState vm) {
        return vm.outstanding().inFlight() < vmInFlightMax && !vm.full() && vm.fit();
    }

    private static boolean isGood(VmState vm) {
        return vm.verdict() == Verdict.ALIVE && !vm.breaker().isOpen();
    }
}
