package io.gemel.deploy.router;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * The signal HUP, by which programs are told to read their settings again. Java has no public class for signals; the one that every JDK
 * brings along is used by its name, since a compiler warns of it.
 */
final class HangUp {
    private static final String NAME = "HUP";

    private HangUp() {}

    /**
     * Does this whenever the process gets the signal, instead of ending. The action runs on a thread of the JVM and must not wait.
     *
     * @return false when nothing hears it: this JVM or machine knows no such signal, or whoever started the process has it ignored, as
     *     nohup does
     */
    static boolean handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> action.run();
                            case "equals" -> {
                                return proxy == arguments[0];
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(proxy);
                            }
                            default -> {}
                        }
                        return null;
                    });
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(NAME), handling);
            return before != handler.getField("SIG_IGN").get(null);
        } catch (ReflectiveOperationException e) {
            if (e instanceof InvocationTargetException && !(e.getCause() instanceof IllegalArgumentException)) {
                throw new IllegalStateException("cannot handle the signal " + NAME, e);
            }
            return false;
        }
    }
}
