package io.gemel.deploy.vm;

/** An application with Gemel's library keeps the contract. */
final class JavaVmIT extends VmContract {
    @Override
    RunningVm start(VmDatabase database, String name, int databasePort) throws Exception {
        return new JavaVm(database, name, databasePort);
    }
}
