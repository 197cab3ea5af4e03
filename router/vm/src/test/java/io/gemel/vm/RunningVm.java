package io.gemel.vm;

/** A VM with the application of the contract's tests, listening on HTTP. */
public interface RunningVm extends AutoCloseable {
    int port();

    @Override
    void close();
}
