package io.gemel.router.decision;

import java.util.List;
import java.util.Set;

/**
 * The VMs of one group at one site: one application there, beside others that share the site's database. The watching thread writes verdicts; any
 * thread may read.
 */
public final class GroupView {
    private final String name;
    private final GroupLoad load = new GroupLoad();
    private volatile List<VmState> vms = List.of();
    private volatile Set<String> crossableTo = Set.of();

    GroupView(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public GroupLoad load() {
        return load;
    }

    /** Those that are named now; the list itself never changes. */
    List<VmState> vms() {
        return vms;
    }

    /** Those that it has now. */
    void has(List<VmState> named) {
        named.forEach(vm -> vm.joins(load));
        vms = List.copyOf(named);
    }

    /** Whether a site knows all that was known of this site's commits when nothing more could happen here by VMs of this group. */
    boolean isCrossableTo(String site) {
        return crossableTo.contains(site);
    }

    public void crossableTo(Set<String> sites) {
        crossableTo = Set.copyOf(sites);
    }

    /** VMs that get new requests. */
    public int usable() {
        return (int) vms.stream().filter(VmState::usable).count();
    }

    boolean hasUsable() {
        return vms.stream().anyMatch(VmState::usable);
    }

    /** Whether a VM here can be asked what became of work. */
    public boolean tells() {
        return vms.stream().anyMatch(VmState::tells);
    }

    /** Whether its VMs may keep the ledger; one that has none now may have had such. */
    boolean mayKeepLedger() {
        List<VmState> known = vms;
        return known.isEmpty() || known.stream().anyMatch(vm -> vm.beat().library());
    }

    /** Whether it had VMs here until they died; one whose VMs were taken out may have some that end what they have in hand. */
    public boolean isGone() {
        List<VmState> known = vms;
        return !known.isEmpty() && known.stream().allMatch(vm -> vm.verdict() == VmHealth.Verdict.DEAD);
    }
}
