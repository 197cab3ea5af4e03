package io.gemel.deploy.vm;

/** A VM with the application of the contract's tests, listening on HTTP. */
interface RunningVm extends AutoCloseable {
    int port();

    @Override
    void close();
}
