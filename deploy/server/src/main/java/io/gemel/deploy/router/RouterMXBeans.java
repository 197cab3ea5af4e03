package io.gemel.deploy.router;

/** The management interfaces of a router. Their attributes are components of {@link io.gemel.router.api.RouterReport}, which describes them. */
public final class RouterMXBeans {
    private RouterMXBeans() {}

    /** {@code io.gemel:type=Router}. */
    public interface RouterMXBean {
        boolean isReady();

        boolean isReloadFailed();

        String getReloadProblem();

        long getReloadSuccessTimestampSeconds();

        long getRequests();

        long getResubmitted();

        long getRetried();

        long getReplayed();

        long getInDoubt();

        long getRejected();

        long getDeclined();

        long getShed();

        long getMalformed();

        long getHandshakesFailed();

        long getQuarantined();

        long getDurabilityMissed();

        int getInFlight();

        int getWaiting();

        long getBodyBytes();

        int getConnections();

        int getUpgraded();

        double getLatencyMillisP50();

        double getLatencyMillisP99();
    }

    /** {@code io.gemel:type=Vm}. */
    public interface VmMXBean {
        String getState();

        String getReason();

        String getGroup();

        int getWeight();

        int getInFlight();

        int getUpgraded();

        double getLatencyMillis();

        long getDeaths();

        /** Lets the VM take no new requests, and waits until it has none; what was done, in a sentence. */
        String drain();

        /** Takes {@link #drain} back. */
        String undrain();
    }
}
