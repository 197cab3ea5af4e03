package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gemel.apply.api.ApplyConfig;
import io.gemel.apply.log.OutdatedRecords;
import io.gemel.apply.log.PeerLog;
import io.gemel.apply.log.PeerPulse;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.Change;
import io.gemel.transaction.Marker;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the end of reading the peer's log says to an operator who has merely stopped a site. */
class PeerLogCloseIT {
    private static final SiteId EAST = new SiteId("east");
    private static final SiteId WEST = new SiteId("west");
    private static final String TOPIC = "gemel.east";
    private static final TableShape ITEM = new TableShape(new TableId("public", "item"), List.of("id"), List.of(0));

    @TempDir
    static Path folder;

    @Test
    void a_site_that_stops_while_its_log_is_closed_logs_no_error() throws Exception {
        Logger clients = (Logger) LoggerFactory.getLogger("org.apache.kafka");
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        clients.addAppender(said);
        try (KafkaServer kafka = KafkaServer.builder(folder).build().start();
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
            CountDownLatch closing = new CountDownLatch(1);
            try (PublishedLog peer = new PublishedLog(EAST, kafka.bootstrapServers(), TOPIC)) {
                peer.transaction(0, new Change.Insert(RowImage.of(ITEM, "1")));
                PeerLog log = open(kafka);
                Thread reader = new Thread(() -> {
                    readOne(log);
                    closing.countDown();
                    log.close();
                });
                reader.start();
                closing.await();
                while (reader.isAlive()) {
                    reader.interrupt(); // the stop comes at any moment of the closing
                }
            }
        } finally {
            clients.detachAppender(said);
        }

        assertThat(said.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .isEmpty();
    }

    private static void readOne(PeerLog log) {
        try {
            while (log.next(1, 1).isEmpty()) {}
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static PeerLog open(KafkaServer kafka) throws Exception {
        ApplyConfig config = new ApplyConfig(
                WEST,
                EAST,
                "jdbc:none",
                "",
                "",
                table -> true,
                table -> Optional.empty(),
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                TOPIC,
                1,
                1 << 20,
                RowRoom.of(64 << 20),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO);
        Reasons reasons = new Reasons(InstantSource.system(), System::nanoTime, ReasonListener.NONE);
        return new PeerLog(
                config,
                Marker.none(EAST),
                new PeerPulse(InstantSource.system(), System::nanoTime),
                new OutdatedRecords(config, new SilentListener(), reasons));
    }
}
