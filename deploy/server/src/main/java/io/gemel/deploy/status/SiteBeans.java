package io.gemel.deploy.status;

import io.gemel.deploy.status.FigureBean.Operation;
import io.gemel.figure.Figures.Section;
import io.gemel.transaction.SiteId;
import java.util.Map;
import java.util.function.Supplier;
import javax.management.MBeanServer;
import org.jspecify.annotations.Nullable;

/** A site's figures as management beans {@code io.gemel:type=Capture,site=east} and so on. Closing takes them away again. */
public final class SiteBeans implements AutoCloseable {
    private final RegisteredBeans beans;

    private SiteBeans(MBeanServer server) {
        beans = new RegisteredBeans(server);
    }

    /**
     * Registers the beans of a site.
     *
     * @param report gives the current figures; called on JMX threads for each question, so it must be quick and thread-safe
     * @throws IllegalStateException when the beans of a site of this name are registered already
     */
    public static SiteBeans register(
            MBeanServer server, SiteId site, Supplier<StatusReport> report, ApplyControl control) {
        SiteBeans all = new SiteBeans(server);
        Map<String, Operation> operations = Map.of(
                "pause", new Operation(void.class, () -> done(control::pause)),
                "resume", new Operation(void.class, () -> done(control::resume)));
        for (Section<StatusReport, ?> section : StatusFigures.ALL.sections()) {
            all.beans.add(
                    "type=" + section.bean() + ",site=" + site,
                    bean(section, report, section.bean().equals("Apply") ? operations : Map.of()));
        }
        return all;
    }

    private static <S> FigureBean<S> bean(
            Section<StatusReport, S> section, Supplier<StatusReport> report, Map<String, Operation> operations) {
        return new FigureBean<>(section.figures(), () -> section.part().apply(report.get()), operations);
    }

    private static @Nullable Object done(Runnable work) {
        work.run();
        return null;
    }

    @Override
    public void close() {
        beans.close();
    }
}
