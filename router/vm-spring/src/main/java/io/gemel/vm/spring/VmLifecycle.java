package io.gemel.vm.spring;

import io.gemel.vm.Vm;
import io.gemel.vm.VmHeartbeats;
import io.gemel.vm.VmRegistration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * Ties the VM to the application's lifecycle: heartbeats are answered, and the VM is registered at routers, once the
 * web server accepts requests. When the application ends, the VM first drains and deregisters, so that routers send
 * nothing more; then the web server finishes its requests in flight, and heartbeats are answered until that is done: a
 * router takes their silence for a death. Safe for any number of threads.
 */
final class VmLifecycle implements SmartLifecycle, DisposableBean {
    private final Vm vm;
    private final @Nullable InetSocketAddress address;
    private volatile boolean running;
    private final VmProperties.Register register;
    private @Nullable VmHeartbeats heartbeats;
    private @Nullable VmRegistration registration;

    VmLifecycle(Vm vm, VmProperties properties) {
        this.vm = vm;
        address = properties.heartbeat().listen();
        register = properties.register();
    }

    /** After the web server, and before it at the end. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public synchronized void start() {
        if (address != null && heartbeats == null) {
            try {
                heartbeats = new VmHeartbeats(vm, address);
            } catch (IOException e) {
                throw new UncheckedIOException("gemel.vm.heartbeat: cannot listen at " + address, e);
            }
        }
        vm.undrain();
        registration = register.begin(vm.config());
        running = true;
    }

    @Override
    public synchronized void stop() {
        vm.drain();
        if (registration != null) {
            registration.close();
        }
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public synchronized void destroy() {
        if (heartbeats != null) {
            heartbeats.close();
        }
    }
}
