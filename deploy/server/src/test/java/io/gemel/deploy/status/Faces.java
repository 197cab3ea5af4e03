package io.gemel.deploy.status;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/** For tests of what figures look like from outside. */
public final class Faces {
    private Faces() {}

    /** Registers beans, until they are closed. */
    public interface Registration {
        AutoCloseable on(MBeanServer server) throws Exception;
    }

    /** What a face must look like. */
    public static String expected(String face) throws Exception {
        try (InputStream text = Faces.class.getResourceAsStream(face)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Metrics with their samples, in whatever order these are. */
    public static List<List<String>> families(String text) {
        return Stream.of(text.split("(?=# HELP)", -1))
                .map(family -> family.lines().sorted().toList())
                .toList();
    }

    /** Every attribute with type and value, and every operation, of all beans, one a line. */
    public static String beans(Registration registration) throws Exception {
        MBeanServer server = MBeanServerFactory.newMBeanServer();
        List<String> lines = new ArrayList<>();
        AutoCloseable beans = registration.on(server);
        try {
            List<ObjectName> names = new ArrayList<>(server.queryNames(new ObjectName("io.gemel:*"), null));
            names.sort(Comparator.naturalOrder());
            for (ObjectName name : names) {
                Stream.of(server.getMBeanInfo(name).getAttributes())
                        .sorted(Comparator.comparing(MBeanAttributeInfo::getName))
                        .forEach(each -> lines.add(name + " " + each.getName() + " " + each.getType() + " "
                                + each.getDescriptor().getFieldValue("originalType") + " = "
                                + value(server, name, each.getName())));
                Stream.of(server.getMBeanInfo(name).getOperations())
                        .sorted(Comparator.comparing(MBeanOperationInfo::getName))
                        .forEach(each -> lines.add(name + " " + each.getName() + "() " + each.getReturnType()));
            }
        } finally {
            beans.close();
        }
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static Object value(MBeanServer server, ObjectName name, String attribute) {
        try {
            return server.getAttribute(name, attribute) instanceof TabularData table
                    ? table(table)
                    : server.getAttribute(name, attribute);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<Object, Object> table(TabularData table) {
        Map<Object, Object> values = new TreeMap<>();
        for (Object row : table.values()) {
            values.put(((CompositeData) row).get("key"), ((CompositeData) row).get("value"));
        }
        return values;
    }
}
