package io.gemel.vm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** An application in another language, by the manual's recipe, keeps the contract. */
final class PythonVmIT extends VmContract {
    @Override
    protected RunningVm start(VmDatabase database, String name, int databasePort) throws Exception {
        assumeTrue(PythonVm.isPossible(), "NOT TESTED: the recipe for other languages needs python3 on this machine");
        return PythonVm.start(name, databasePort);
    }
}
