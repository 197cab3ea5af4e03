package io.gemel.figure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Locale;
import java.util.function.Function;

/**
 * One value of a report, returned by a public method of the report's class.
 *
 * @param name the method's, also the name in JSON; capitalized in JMX
 * @param type of its values: number, boolean, text, or a map of these by text
 * @param value takes it out of a report
 * @param json whether it is part of the JSON
 * @param jmx whether it is an attribute in JMX
 */
public record Figure<R>(String name, Type type, Function<R, Object> value, boolean json, boolean jmx) {
    static <R> Figure<R> of(Class<R> report, String name) {
        try {
            Method method = report.getMethod(name);
            return method.getReturnType().isEnum()
                    ? new Figure<>(name, String.class, of -> word((Enum<?>) invoke(method, of)), true, true)
                    : new Figure<>(name, method.getGenericReturnType(), of -> invoke(method, of), true, true);
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(report + " has no public method " + name, e);
        }
    }

    private static Object invoke(Method method, Object report) {
        try {
            return method.invoke(report);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(method + " is public, and its class is not", e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(method + " failed", e.getCause());
        }
    }

    /** A state as every output spells it. */
    static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** The attribute's name in JMX. */
    public String attribute() {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    Figure<R> on(boolean json, boolean jmx) {
        return new Figure<>(name, type, value, json, jmx);
    }
}
