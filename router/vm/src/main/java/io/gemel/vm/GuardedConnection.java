package io.gemel.vm;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** The connection as the application gets it: everything but the end of the transaction. As safe for threads as the one it guards. */
final class GuardedConnection implements InvocationHandler {
    private final Connection connection;

    private GuardedConnection(Connection connection) {
        this.connection = connection;
    }

    static Connection around(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                GuardedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new GuardedConnection(connection));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        int count = arguments == null ? 0 : arguments.length;
        switch (method.getName()) {
            case "commit", "setAutoCommit", "abort", "beginRequest", "endRequest", "setNetworkTimeout" ->
                throw refusal(method);
            case "rollback" -> {
                // To a savepoint is the application's own matter.
                if (count == 0) {
                    throw refusal(method);
                }
            }
            case "close" -> {
                return null;
            }
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            default -> {}
        }
        return call(connection, method, arguments);
    }

    /** Calls a method of a connection's or a statement's, whose errors are thrown as they are. */
    static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static IllegalStateException refusal(Method method) {
        return new IllegalStateException(
                "Connection." + method.getName()
                        + " belongs to gemel-vm inside a submission: return an answer of 2xx to commit, of 4xx to reject, or throw");
    }
}
