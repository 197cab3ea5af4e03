package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.reason.ReasonCode;
import io.gemel.transaction.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;

class SiteBeansTest {
    private final MBeanServer server = MBeanServerFactory.newMBeanServer();
    private final List<String> asked = new ArrayList<>();
    private final ApplyControl control = new ApplyControl() {
        @Override
        public void pause() {
            asked.add("pause");
        }

        @Override
        public void resume() {
            asked.add("resume");
        }
    };

    @Test
    void shows_the_report_under_the_documented_names() throws Exception {
        register();

        assertThat(attribute("Capture", "State")).isEqualTo("running");
        assertThat(attribute("Capture", "CapturedTransactions")).isEqualTo(1L);
        assertThat(attribute("Capture", "CapturedChanges")).isEqualTo(2L);
        assertThat(attribute("Capture", "PublishedPosition")).isEqualTo(3L);
        assertThat(attribute("Capture", "LagMillis")).isEqualTo(4L);
        assertThat(attribute("Capture", "WalRetainedBytes")).isEqualTo(5L);
        assertThat(attribute("Apply", "State")).isEqualTo("running");
        assertThat(attribute("Apply", "AppliedTransactions")).isEqualTo(6L);
        assertThat(attribute("Apply", "AppliedChanges")).isEqualTo(7L);
        assertThat(attribute("Apply", "AppliedPosition")).isEqualTo(8L);
        assertThat(attribute("Apply", "LagMillis")).isEqualTo(9L);
        assertThat(attribute("Apply", "HeardMillis")).isEqualTo(21L);
        assertThat(attribute("Apply", "BatchSizeMean")).isEqualTo(10.5);
        assertThat(attribute("Apply", "RetriedTransactions")).isEqualTo(11L);
        assertThat(attribute("Apply", "ParkedTransactions")).isEqualTo(12L);
        assertThat(attribute("Apply", "LockHoldersEnded")).isEqualTo(22L);
        assertThat(attribute("Window", "Keys")).isEqualTo(13L);
        assertThat(attribute("Window", "Bytes")).isEqualTo(14L);
        assertThat(attribute("Window", "OldestMillis")).isEqualTo(15L);
        assertThat(attribute("Window", "PeerSeenPosition")).isEqualTo(16L);
        assertThat(attribute("Gate", "Open")).isEqualTo(true);
        assertThat(attribute("Conflicts", "Detected")).isEqualTo(17L);
        assertThat(((TabularData) attribute("Conflicts", "ByType")).size()).isOne();
        assertThat(((TabularData) attribute("Conflicts", "ByResolution")).size())
                .isOne();
        assertThat(attribute("Clock", "SkewMillis")).isEqualTo(-20L);
    }

    @Test
    void shows_the_text_of_each_reason() throws Exception {
        SiteBeans beans = SiteBeans.register(
                server,
                new SiteId("west"),
                () -> Reports.because(ReasonCode.APPLY_LOCK_WAIT, "session 7 holds row 3"),
                control);

        TabularData present =
                (TabularData) server.getAttribute(new ObjectName("io.gemel:type=Reasons,site=west"), "Present");

        assertThat(present.get(new Object[] {"apply.lock-wait"}).get("value")).isEqualTo("session 7 holds row 3");
        beans.close();
    }

    @Test
    void shows_attributes_that_are_asked_for_at_once_as_of_one_moment() throws Exception {
        AtomicInteger reports = new AtomicInteger();
        SiteBeans beans = SiteBeans.register(
                server,
                new SiteId("west"),
                () -> {
                    reports.incrementAndGet();
                    return Reports.running();
                },
                control);

        AttributeList window = server.getAttributes(
                new ObjectName("io.gemel:type=Window,site=west"), new String[] {"Keys", "Bytes", "Colour"});

        assertThat(window.asList()).containsExactly(new Attribute("Keys", 13L), new Attribute("Bytes", 14L));
        assertThat(reports).hasValue(1);
        beans.close();
    }

    @Test
    void passes_pause_and_resume_on() throws Exception {
        register();

        server.invoke(name("Apply"), "pause", new Object[0], new String[0]);
        server.invoke(name("Apply"), "resume", new Object[0], new String[0]);

        assertThat(asked).containsExactly("pause", "resume");
    }

    @Test
    void takes_the_beans_back_on_close() throws Exception {
        SiteBeans beans = register();
        assertThat(server.isRegistered(name("Clock"))).isTrue();

        beans.close();

        assertThat(server.queryNames(new ObjectName("io.gemel:*"), null)).isEmpty();
    }

    @Test
    void refuses_a_second_site_of_the_same_name_and_leaves_the_first() throws Exception {
        register();

        assertThatThrownBy(this::register).isInstanceOf(IllegalStateException.class);

        assertThat(attribute("Clock", "SkewMillis")).isEqualTo(-20L);
    }

    private SiteBeans register() {
        return SiteBeans.register(server, new SiteId("east"), Reports::running, control);
    }

    private Object attribute(String type, String attribute) throws Exception {
        return server.getAttribute(name(type), attribute);
    }

    private static ObjectName name(String type) throws Exception {
        return new ObjectName("io.gemel:type=" + type + ",site=east");
    }
}
