package io.gemel.deploy.status;

import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

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
    public <T> void add(String properties, T bean, Class<T> management) {
        try {
            ObjectName name = new ObjectName("io.gemel:" + properties);
            server.registerMBean(new StandardMBean(bean, management, true), name);
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
