package io.gemel.deploy.router;

import io.gemel.deploy.bank.BankVm;
import io.gemel.vm.VmHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * Brings a VM to grief at a named moment of a named submission. Orders are files that any VM may find, so a test need not know which VM a
 * router chooses, and the first that finds one takes it: grief comes once.
 */
final class FaultInjection implements BankVm.Surroundings {
    /** What happens to the VM. */
    enum Kind {
        /** It is gone at once, as if killed. */
        HALT,
        /** It stops in its tracks until somebody lets it go on. */
        FREEZE
    }

    private final String vm;
    private final Path folder;
    private final ThreadLocal<String> current = ThreadLocal.withInitial(() -> "");

    FaultInjection(String vm, Path folder) {
        this.vm = vm;
        this.folder = folder;
    }

    /** Orders grief for whichever VM gets a submission. */
    static void order(Path folder, String key, Moment moment, Kind kind) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name(key, moment)), kind.name());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write an order into " + folder, e);
        }
    }

    /** The VM that carried an order out; empty while none has. */
    static String whoGrieved(Path folder, String key, Moment moment) {
        try {
            Path done = folder.resolve(name(key, moment) + ".done");
            return Files.exists(done) ? Files.readString(done) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + folder, e);
        }
    }

    private static String name(String key, Moment moment) {
        return key + "." + moment.name().toLowerCase(Locale.ROOT);
    }

    private void reach(Moment moment) {
        Path order = folder.resolve(name(current.get(), moment));
        if (current.get().isEmpty() || !Files.exists(order)) {
            return;
        }
        try {
            Kind kind = Kind.valueOf(Files.readString(order));
            if (Files.deleteIfExists(order)) {
                Path done = Files.writeString(order.resolveSibling(order.getFileName() + ".doing"), vm);
                Files.move(done, order.resolveSibling(order.getFileName() + ".done"));
                grieve(kind);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot take the order " + order, e);
        }
    }

    private static void grieve(Kind kind) throws IOException {
        if (kind == Kind.HALT) {
            Runtime.getRuntime().halt(9);
        }
        new ProcessBuilder(
                        "kill", "-STOP", Long.toString(ProcessHandle.current().pid()))
                .start()
                .onExit()
                .join();
    }

    @Override
    public VmHandler.Application around(VmHandler.Application application) {
        return (request, connection) -> {
            begin(request.submission().key());
            return application.answer(request, connection);
        };
    }

    /** This thread begins the work of a submission. */
    void begin(String key) {
        current.set(key);
        reach(Moment.BEFORE_WORK);
    }

    @Override
    public DataSource around(DataSource dataSource) {
        return proxy(DataSource.class, dataSource, (method, call) -> {
            Object result = call.run();
            return result instanceof Connection connection ? around(connection) : result;
        });
    }

    private Connection around(Connection connection) {
        return proxy(Connection.class, connection, (method, call) -> {
            if (!method.equals("commit")) {
                return call.run();
            }
            reach(Moment.BEFORE_COMMIT);
            Object nothing = call.run();
            reach(Moment.AFTER_COMMIT);
            current.remove();
            return nothing;
        });
    }

    /** The real call behind a proxy's. */
    @FunctionalInterface
    private interface Call {
        Object run() throws Throwable;
    }

    @FunctionalInterface
    private interface Around {
        Object call(String method, Call call) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, T target, Around around) {
        return type.cast(Proxy.newProxyInstance(
                FaultInjection.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return around.call(method.getName(), () -> method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        Throwable cause = e.getCause();
                        throw cause == null ? new SQLException(e) : cause;
                    }
                }));
    }
}
