package io.gemel.deploy.faults;

import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.codec.TransactionCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Records in a site's topic that its capture did not put there, or put there before. */
final class TopicFaults {
    private static final int RECORDS = 200;

    private final FaultySites sites;

    TopicFaults(FaultySites sites) {
        this.sites = sites;
    }

    List<Fault> all() {
        return List.of(
                new Fault(31, "old records published again", this::repeat, Fault.Healing.NOTHING),
                new Fault(31, "old records in another order, then the site killed", this::repeatAndKill, this::start),
                new Fault(32, "records of a process that was replaced", this::staleEpoch, Fault.Healing.NOTHING));
    }

    private void repeat(Random random) throws Exception {
        publish(sites.any(random), records -> records);
    }

    /** The next process finds them at the end of its own log. */
    private void repeatAndKill(Random random) throws Exception {
        FaultySite site = sites.any(random);
        publish(site, records -> {
            Collections.shuffle(records, random);
            return records;
        });
        site.process().kill();
        Thread.sleep(random.nextInt(300));
    }

    /** As if a frozen process had sent what it still held: positions that are due, and an epoch that is over. */
    private void staleEpoch(Random random) throws Exception {
        TransactionCodec codec = new TransactionCodec();
        publish(sites.any(random), records -> {
            List<byte[]> stale = new ArrayList<>();
            for (byte[] each : records) {
                if (codec.decode(each) instanceof LogRecord.Part part) {
                    stale.add(codec.encode(new LogRecord.Part(
                            part.epoch() - 1,
                            later(part.header()),
                            part.index(),
                            part.last(),
                            part.firstChange(),
                            part.changes())));
                }
            }
            return stale;
        });
    }

    private static TransactionHeader later(TransactionHeader header) {
        return new TransactionHeader(
                header.origin(), header.position() + RECORDS, header.commitPosition(), header.version(), header.seen());
    }

    /** Makes other records of the last ones. */
    @FunctionalInterface
    private interface Alteration {
        List<byte[]> of(List<byte[]> records) throws Exception;
    }

    private void publish(FaultySite site, Alteration alteration) throws Exception {
        String bootstrap = sites.broker().bootstrapServers();
        try (TopicTail tail = new TopicTail(bootstrap, site.fixture());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] record : alteration.of(tail.last(RECORDS))) {
                producer.send(new ProducerRecord<>(site.fixture().config().logTopic(), 0, null, record));
            }
        }
    }

    private void start() {
        for (FaultySite site : sites.both()) {
            if (!site.process().isAlive()) {
                site.process().start();
            }
        }
    }
}
