package io.gemel.deploy.status;

import io.gemel.deploy.status.SiteMXBeans.ApplyMXBean;
import io.gemel.deploy.status.SiteMXBeans.CaptureMXBean;
import io.gemel.deploy.status.SiteMXBeans.ClockMXBean;
import io.gemel.deploy.status.SiteMXBeans.ConflictsMXBean;
import io.gemel.deploy.status.SiteMXBeans.GateMXBean;
import io.gemel.deploy.status.SiteMXBeans.ReasonsMXBean;
import io.gemel.deploy.status.SiteMXBeans.WindowMXBean;
import io.gemel.transaction.SiteId;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.management.MBeanServer;

/**
 * A site's figures as management beans {@code io.gemel:type=Capture,site=east} and so on, the same as in {@link StatusReport}. Closing takes
 * them away again.
 */
public final class SiteBeans implements AutoCloseable {
    private final RegisteredBeans beans;

    private SiteBeans(RegisteredBeans beans) {
        this.beans = beans;
    }

    /**
     * Registers the beans of a site.
     *
     * @param report gives the current figures; called on JMX threads for each attribute, so it must be quick and thread-safe
     * @throws IllegalStateException when the beans of a site of this name are registered already
     */
    public static SiteBeans register(
            MBeanServer server, SiteId site, Supplier<StatusReport> report, ApplyControl control) {
        RegisteredBeans beans = new RegisteredBeans(server);
        beans.add("type=Capture,site=" + site, new CaptureBean(report), CaptureMXBean.class);
        beans.add("type=Apply,site=" + site, new ApplyBean(report, control), ApplyMXBean.class);
        beans.add("type=Window,site=" + site, new WindowBean(report), WindowMXBean.class);
        beans.add("type=Gate,site=" + site, new GateBean(report), GateMXBean.class);
        beans.add("type=Conflicts,site=" + site, new ConflictsBean(report), ConflictsMXBean.class);
        beans.add("type=Clock,site=" + site, new ClockBean(report), ClockMXBean.class);
        beans.add("type=Reasons,site=" + site, new ReasonsBean(report), ReasonsMXBean.class);
        return new SiteBeans(beans);
    }

    @Override
    public void close() {
        beans.close();
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
        public long getHeardMillis() {
            return now().heardMillis();
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
        public long getOutdatedRecords() {
            return now().outdatedRecords();
        }

        @Override
        public long getParkedTransactions() {
            return now().parkedTransactions();
        }

        @Override
        public long getLockHoldersEnded() {
            return now().lockHoldersEnded();
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

        @Override
        public long getSpilledKeys() {
            return now().spilledKeys();
        }

        @Override
        public long getSpilledBytes() {
            return now().spilledBytes();
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

    private record ReasonsBean(Supplier<StatusReport> report) implements ReasonsMXBean {
        @Override
        public long getTablesRefused() {
            return report.get().tablesRefused();
        }

        @Override
        public long getTablesUnprepared() {
            return report.get().tablesUnprepared();
        }

        @Override
        public Map<String, String> getPresent() {
            Map<String, String> texts = new TreeMap<>();
            for (StatusReport.Reason reason : report.get().reasons()) {
                String subject = reason.subject().isEmpty() ? "" : " " + reason.subject();
                texts.put(reason.code() + subject, reason.text());
            }
            return texts;
        }
    }
}
