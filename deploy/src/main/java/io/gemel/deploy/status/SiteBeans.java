package io.gemel.deploy.status;

import io.gemel.deploy.status.SiteMXBeans.ApplyMXBean;
import io.gemel.deploy.status.SiteMXBeans.CaptureMXBean;
import io.gemel.deploy.status.SiteMXBeans.ClockMXBean;
import io.gemel.deploy.status.SiteMXBeans.ConflictsMXBean;
import io.gemel.deploy.status.SiteMXBeans.GateMXBean;
import io.gemel.deploy.status.SiteMXBeans.WindowMXBean;
import io.gemel.transaction.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * A site's figures as management beans {@code io.gemel:type=Capture,site=east} and so on, the same as in {@link StatusReport}. Closing takes
 * them away again.
 */
public final class SiteBeans implements AutoCloseable {
    private final MBeanServer server;
    private final List<ObjectName> names = new ArrayList<>();

    private SiteBeans(MBeanServer server) {
        this.server = server;
    }

    /**
     * Registers the beans of a site.
     *
     * @param report gives the current figures; called on JMX threads for each attribute, so it must be quick and thread-safe
     * @throws IllegalStateException when the beans of a site of this name are registered already
     */
    public static SiteBeans register(
            MBeanServer server, SiteId site, Supplier<StatusReport> report, ApplyControl control) {
        SiteBeans beans = new SiteBeans(server);
        beans.add(site, "Capture", new CaptureBean(report), CaptureMXBean.class);
        beans.add(site, "Apply", new ApplyBean(report, control), ApplyMXBean.class);
        beans.add(site, "Window", new WindowBean(report), WindowMXBean.class);
        beans.add(site, "Gate", new GateBean(report), GateMXBean.class);
        beans.add(site, "Conflicts", new ConflictsBean(report), ConflictsMXBean.class);
        beans.add(site, "Clock", new ClockBean(report), ClockMXBean.class);
        return beans;
    }

    private <T> void add(SiteId site, String type, T bean, Class<T> management) {
        try {
            ObjectName name = new ObjectName("io.gemel:type=" + type + ",site=" + site);
            server.registerMBean(new StandardMBean(bean, management, true), name);
            names.add(name);
        } catch (JMException e) {
            close();
            throw new IllegalStateException("cannot register the " + type + " bean of site " + site, e);
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

    private record CaptureBean(Supplier<StatusReport> report) implements CaptureMXBean {
        private StatusReport.Capture now() {
            return report.get().capture();
        }

        @Override
        public String getState() {
            return now().state().word();
        }

        @Override
        public long getCapturedTransactions() {
            return now().capturedTransactions();
        }

        @Override
        public long getCapturedChanges() {
            return now().capturedChanges();
        }

        @Override
        public long getPublishedPosition() {
            return now().publishedPosition();
        }

        @Override
        public long getLagMillis() {
            return now().lagMillis();
        }

        @Override
        public long getWalRetainedBytes() {
            return now().walRetainedBytes();
        }
    }

    private record ApplyBean(Supplier<StatusReport> report, ApplyControl control) implements ApplyMXBean {
        private StatusReport.Apply now() {
            return report.get().apply();
        }

        @Override
        public String getState() {
            return now().state().word();
        }

        @Override
        public long getAppliedTransactions() {
            return now().appliedTransactions();
        }

        @Override
        public long getAppliedChanges() {
            return now().appliedChanges();
        }

        @Override
        public long getAppliedPosition() {
            return now().appliedPosition();
        }

        @Override
        public long getLagMillis() {
            return now().lagMillis();
        }

        @Override
        public double getBatchSizeMean() {
            return now().batchSizeMean();
        }

        @Override
        public long getRetriedTransactions() {
            return now().retriedTransactions();
        }

        @Override
        public long getParkedTransactions() {
            return now().parkedTransactions();
        }

        @Override
        public void pause() {
            control.pause();
        }

        @Override
        public void resume() {
            control.resume();
        }
    }

    private record WindowBean(Supplier<StatusReport> report) implements WindowMXBean {
        private StatusReport.Window now() {
            return report.get().window();
        }

        @Override
        public long getKeys() {
            return now().keys();
        }

        @Override
        public long getBytes() {
            return now().bytes();
        }

        @Override
        public long getOldestMillis() {
            return now().oldestMillis();
        }

        @Override
        public long getPeerSeenPosition() {
            return now().peerSeenPosition();
        }
    }

    private record GateBean(Supplier<StatusReport> report) implements GateMXBean {
        @Override
        public boolean getOpen() {
            return report.get().gate().open();
        }
    }

    private record ConflictsBean(Supplier<StatusReport> report) implements ConflictsMXBean {
        @Override
        public long getDetected() {
            return report.get().conflicts().detected();
        }

        @Override
        public Map<String, Long> getByType() {
            return report.get().conflicts().byType();
        }

        @Override
        public Map<String, Long> getByResolution() {
            return report.get().conflicts().byResolution();
        }
    }

    private record ClockBean(Supplier<StatusReport> report) implements ClockMXBean {
        @Override
        public long getSkewMillis() {
            return report.get().clock().skewMillis();
        }
    }
}
