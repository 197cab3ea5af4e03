package io.gemel.deploy.status;

import java.util.ArrayList;
import java.util.List;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Management beans of one process, {@code io.gemel:type=...}, until it is closed. One thread. */
public final class RegisteredBeans implements AutoCloseable {
    private final MBeanServer server;
    private final List<ObjectName> names = new ArrayList<>();

    public RegisteredBeans(MBeanServer server) {
        this.server = server;
    }

    /**
     * Registers a bean.
     *
     * @param properties of its name, for example {@code type=Capture,site=east}
     * @throws IllegalStateException when there is one of that name; then all are taken back
     */
    public void add(String properties, DynamicMBean bean) {
        try {
            ObjectName name = new ObjectName("io.gemel:" + properties);
            server.registerMBean(bean, name);
            names.add(name);
        } catch (JMException e) {
            close();
            throw new IllegalStateException("cannot register the bean " + properties, e);
        }
    }

    @Override
    public void close() {
        for (ObjectName name : names) {
            try {
                server.unregisterMBean(name);
            } catch (JMException e) {
                throw new IllegalStateException("cannot take back the bean " + name, e);
            }
        }
        names.clear();
    }
}
