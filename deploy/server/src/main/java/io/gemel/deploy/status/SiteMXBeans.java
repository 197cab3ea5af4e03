package io.gemel.deploy.status;

import java.util.Map;

/** The management interfaces of a site. Their attributes are the components of {@link StatusReport}, which describes them. */
public final class SiteMXBeans {
    private SiteMXBeans() {}

    /** {@code io.gemel:type=Capture}. */
    public interface CaptureMXBean {
        String getState();

        long getCapturedTransactions();

        long getCapturedChanges();

        long getPublishedPosition();

        long getLagMillis();

        long getWalRetainedBytes();
    }

    /** {@code io.gemel:type=Apply}. */
    public interface ApplyMXBean extends ApplyControl {
        String getState();

        long getAppliedTransactions();

        long getAppliedChanges();

        long getAppliedPosition();

        long getLagMillis();

        long getHeardMillis();

        double getBatchSizeMean();

        long getRetriedTransactions();

        long getOutdatedRecords();

        long getParkedTransactions();

        long getLockHoldersEnded();
    }

    /** {@code io.gemel:type=Window}. */
    public interface WindowMXBean {
        long getKeys();

        long getBytes();

        long getOldestMillis();

        long getPeerSeenPosition();

        long getSpilledKeys();

        long getSpilledBytes();
    }

    /** {@code io.gemel:type=Gate}. */
    public interface GateMXBean {
        boolean getOpen();
    }

    /** {@code io.gemel:type=Conflicts}. */
    public interface ConflictsMXBean {
        long getDetected();

        Map<String, Long> getByType();

        Map<String, Long> getByResolution();
    }

    /** {@code io.gemel:type=Clock}. */
    public interface ClockMXBean {
        long getSkewMillis();
    }

    /** {@code io.gemel:type=Reasons}: the text of each reason that holds, by its code and subject. */
    public interface ReasonsMXBean {
        Map<String, String> getPresent();

        long getTablesRefused();

        long getTablesUnprepared();
    }
}
