package io.gemel.vm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** An application in a language with one thread, by the manual's recipe and with a driver of its own, keeps the contract. */
final class NodeVmIT extends VmContract {
    @Override
    protected RunningVm start(VmDatabase database, String name, int databasePort) throws Exception {
        Path folder = Path.of("target", "node-vm").toAbsolutePath();
        String missing = NodeVm.install(folder);
        assumeTrue(missing.isEmpty(), () -> "NOT TESTED: the recipe for Node lacks " + missing);
        return NodeVm.start(folder, name, databasePort);
    }
}
