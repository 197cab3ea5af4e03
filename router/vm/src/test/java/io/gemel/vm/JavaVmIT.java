package io.gemel.vm;

/** An application with Gemel's library keeps the contract. */
final class JavaVmIT extends VmContract {
    @Override
    protected RunningVm start(VmDatabase database, String name, int databasePort) throws Exception {
        return new JavaVm(database, name, databasePort);
    }
}
