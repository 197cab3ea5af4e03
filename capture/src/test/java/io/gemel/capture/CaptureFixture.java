package io.gemel.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.capture.api.CaptureException;
import io.gemel.capture.api.CaptureListener;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.log.ReadProgress;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.deploy.config.Secret;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.TcpProxy;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.prepare.Administrator;
import io.gemel.deploy.prepare.SitePreparation;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.codec.TransactionCodec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** One prepared site with a capture of its own, for tests: start it, write, look at what is in the log. */
final class CaptureFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Optional<Administrator> ADMINISTRATOR =
            Optional.of(new Administrator("postgres", new Secret("")));

    private final PostgresServer server;
    private final KafkaServer kafka;
    private final String site;
    private final SiteFixture fixture;
    private int partBytesMax = 512 * 1024;
    private long imageBytesMax = 8 << 20;
    private int windowChangesMax = 1_000_000;
    private String jdbcUrl;
    private LongUnaryOperator clock = LongUnaryOperator.identity();
    private @Nullable Running running;

    /** What one capture process has: all of it new after a restart. */
    static final class Running implements CaptureListener {
        final Capture capture;
        final InFlightWindow window;
        final ReadProgress progress = new ReadProgress();
        final AtomicReference<CaptureException> failure = new AtomicReference<>();
        final AtomicLong transactions = new AtomicLong();
        final AtomicLong changes = new AtomicLong();
        final AtomicLong publishedPosition = new AtomicLong();

        Running(CaptureConfig config, int windowChangesMax) {
            capture = new Capture(
                    config, this, new Reasons(InstantSource.system(), System::nanoTime, ReasonListener.NONE));
            window = new InFlightWindow(
                    config.site(),
                    PolicyTable.of(new TablePolicy(new LastWriterWins(), Set.of())),
                    capture.localChanges(),
                    windowChangesMax);
        }

        @Override
        public void captured(long moreTransactions, long moreChanges) {
            transactions.addAndGet(moreTransactions);
            changes.addAndGet(moreChanges);
        }

        @Override
        public void published(long position, long commitMicros) {
            publishedPosition.set(position);
        }

        @Override
        public void failed(CaptureException reason) {
            failure.set(reason);
        }
    }

    /** Creates the database with some tables and prepares it. */
    CaptureFixture(PostgresServer server, KafkaServer kafka, Path folder, String site, String... tables)
            throws Exception {
        this.server = server;
        this.kafka = kafka;
        this.site = site;
        jdbcUrl = server.jdbcUrl(site);
        this.fixture = SiteFixture.create(server, kafka.bootstrapServers(), folder, site, "elsewhere");
        fixture.execute(tables);
        StringWriter printed = new StringWriter();
        assertThat(new SitePreparation(fixture.config(), ADMINISTRATOR, new PrintWriter(printed)).run(false))
                .as(printed::toString)
                .isZero();
    }

    CaptureFixture partBytesMax(int bytes) {
        partBytesMax = bytes;
        return this;
    }

    CaptureFixture imageBytesMax(long bytes) {
        imageBytesMax = bytes;
        return this;
    }

    CaptureFixture windowChangesMax(int changes) {
        windowChangesMax = changes;
        return this;
    }

    CaptureFixture clock(LongUnaryOperator commitClock) {
        clock = commitClock;
        return this;
    }

    /** Capture, and nothing else, connects to the database through a proxy. */
    CaptureFixture through(TcpProxy proxy) {
        jdbcUrl = "jdbc:postgresql://" + proxy.address() + "/" + site;
        return this;
    }

    CaptureConfig config() throws Exception {
        SiteConfig config = fixture.config();
        return new CaptureConfig(
                config.site(),
                jdbcUrl,
                fixture.role(),
                SiteFixture.PASSWORD,
                config.slot(),
                config.peerSlot(),
                SiteConfig.PUBLICATION,
                table -> table.schema().equals("public"),
                config.kafka().client(),
                config.logTopic(),
                partBytesMax,
                RowRoom.of(64 << 20),
                imageBytesMax,
                CaptureConfig.SEND_BUFFER_BYTES,
                Duration.ofMillis(100),
                clock);
    }

    /** Starts a capture process as a site would, with the window rebuilt from the whole log. */
    Running start() throws Exception {
        Running starting = new Running(config(), windowChangesMax);
        running = starting;
        starting.capture.open();
        starting.capture.replay(0, starting.window);
        starting.capture.start(starting.window, starting.progress);
        return starting;
    }

    void stop() {
        Running stopping = running;
        if (stopping != null) {
            stopping.window.close();
            stopping.capture.close();
            running = null;
        }
    }

    CaptureFixture execute(String... statements) throws SQLException {
        fixture.execute(statements);
        return this;
    }

    /** Runs {@code ALTER SYSTEM}; every process of the server obeys when it returns. */
    void alterSystem(String statement) throws SQLException {
        fixture.alterSystem(statement);
    }

    /** Runs statements as the superuser in one transaction. */
    void transaction(String... statements) throws SQLException {
        try (Connection connection = fixture.connectAsAdministrator();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    /** Inserts a marker and then runs statements, as the applier does. */
    void applied(long position, long versionMicros, String... statements) throws SQLException {
        List<String> all = new ArrayList<>();
        all.add("INSERT INTO gemel.applied (origin, position, epoch, version_micros, peer_seen, peer_commit, horizon)"
                + " VALUES ('elsewhere', " + position + ", 1, " + versionMicros + ", 0, " + position
                + ", pg_current_snapshot())");
        all.addAll(List.of(statements));
        transaction(all.toArray(String[]::new));
    }

    void beat() throws SQLException {
        fixture.execute("INSERT INTO gemel.heartbeat VALUES (1, 1, pg_current_snapshot(), now())"
                + " ON CONFLICT (id) DO UPDATE SET beat = gemel.heartbeat.beat + 1, horizon = excluded.horizon,"
                + " at = excluded.at");
    }

    Connection connect() throws SQLException {
        return fixture.connectAsAdministrator();
    }

    PostgresServer server() {
        return server;
    }

    String slot() {
        return "gemel_" + site;
    }

    /** One value of one row, as text. */
    String query(String sql) throws SQLException {
        try (Connection connection = fixture.connectAsAdministrator();
                Statement statement = connection.createStatement();
                java.sql.ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** All that is in the log now. */
    List<LogRecord> log() throws Exception {
        List<LogRecord> records = new ArrayList<>();
        TransactionCodec codec = new TransactionCodec();
        TopicPartition partition = new TopicPartition("gemel." + site, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    records.add(codec.decode(record.value()));
                }
            }
        }
        return records;
    }

    /** Puts a record into the log, as a process of another history would have. */
    void publish(LogRecord record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            byte[] bytes = new TransactionCodec().encode(record);
            producer.send(new ProducerRecord<>("gemel." + site, 0, null, bytes)).get();
        }
    }

    /** The transactions' parts in the log now. */
    List<LogRecord.Part> parts() throws Exception {
        return log().stream()
                .filter(LogRecord.Part.class::isInstance)
                .map(LogRecord.Part.class::cast)
                .toList();
    }

    /** Waits until so many transactions are complete in the log and returns all parts. */
    List<LogRecord.Part> await(int transactions) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        this::parts,
                        parts -> parts.stream().filter(LogRecord.Part::last).count() >= transactions);
    }

    @Override
    public void close() {
        stop();
    }
}
