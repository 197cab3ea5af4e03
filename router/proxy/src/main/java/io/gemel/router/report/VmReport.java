package io.gemel.router.report;

import io.gemel.router.api.RouterReport;
import io.gemel.router.decision.Beat;
import io.gemel.router.decision.VmState;

/** Report about a VM: its state, and why it takes no requests. Pure. */
public final class VmReport {
    private VmReport() {}

    /** All that is told of it. */
    public static RouterReport.Vm of(VmState vm) {
        return new RouterReport.Vm(
                vm.name(),
                vm.site(),
                vm.host(),
                vm.group(),
                vm.config().weight(),
                state(vm),
                reason(vm),
                vm.outstanding().requests(),
                vm.outstanding().upgraded(),
                vm.latencyMillis(),
                vm.deaths());
    }

    private static RouterReport.VmState state(VmState vm) {
        return switch (vm.verdict()) {
            case UNKNOWN -> RouterReport.VmState.UNKNOWN;
            case DEAD -> RouterReport.VmState.DEAD;
            case AVOID -> RouterReport.VmState.AVOIDED;
            case SILENT -> RouterReport.VmState.SILENT;
            case ALIVE -> alive(vm);
        };
    }

    private static RouterReport.VmState alive(VmState vm) {
        if (vm.membership().left()
                || vm.drained()
                || vm.beat().draining()
                || vm.config().weight() == 0) {
            return RouterReport.VmState.DRAINING;
        }
        boolean works = vm.fit() && !vm.breaker().isOpen();
        return works ? RouterReport.VmState.ALIVE : RouterReport.VmState.UNFIT;
    }

    /** Why a VM takes no requests; empty when it does. */
    public static String reason(VmState vm) {
        return switch (state(vm)) {
            case ALIVE -> {
                if (!vm.beat().library()) {
                    yield "it keeps no ledger: requests that break there are not resubmitted";
                }
                yield vm.beat().submissions().isEmpty()
                        ? "it names no path that keeps the ledger: only routes with submission=true are resubmitted"
                        : "";
            }
            case UNKNOWN -> "it has not answered yet";
            case DEAD -> vm.silence().isEmpty() ? "it does not answer" : "it does not answer: " + vm.silence();
            case AVOIDED -> "it was silent for a short time";
            case SILENT -> silent(vm);
            case DRAINING -> {
                if (vm.membership().left()) {
                    yield "it was removed: its requests in flight finish";
                }
                if (vm.drained()) {
                    yield "drained here";
                }
                yield vm.beat().draining()
                        ? "it reports that it drains"
                        : "vm." + vm.name() + ".weight is 0: it gets no new requests";
            }
            case UNFIT -> {
                yield vm.isElsewhere()
                        ? "it works on the database of site " + vm.beat().site() + ": correct vm." + vm.name()
                                + ".site or .url"
                        : unfit(vm.beat(), vm.failure());
            }
        };
    }

    private static String unfit(Beat beat, String failure) {
        if (!beat.problem().isEmpty() && !(beat.open() && beat.databaseUp())) {
            return "it says: " + beat.problem().lines().findFirst().orElse("");
        }
        if (!beat.databaseUp()) {
            return "it cannot reach its database";
        }
        if (!beat.open()) {
            return "its site's gate is closed";
        }
        return "too many of its answers failed" + (failure.isEmpty() ? "" : "; last failure: " + failure);
    }

    private static String silent(VmState vm) {
        return vm.config().heartbeatUrl() == null
                ? "it accepts connections and answers no heartbeat: it may be busy, so it keeps its requests in"
                        + " flight and gets no new ones. Let it answer heartbeats at a dedicated address"
                        + " (docs/vm.md), which distinguishes a busy VM from a frozen one, and name that: vm."
                        + vm.name() + ".heartbeat.url, or its equivalent where the VM was found"
                : "it answers no heartbeat, and neither does any VM of another site: maybe this router's network is"
                        + " at fault, so it keeps its requests in flight and gets no new ones. If the other site is"
                        + " lost, say so with POST /down?site=NAME";
    }
}
