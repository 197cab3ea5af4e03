package io.gemel.capture.api;

import io.gemel.reason.RowRoom;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * Configuration of capture. Immutable, validated as a whole.
 *
 * @param site this site's name, also the key of its records
 * @param jdbcUrl this site's PostgreSQL database
 * @param user role with the REPLICATION attribute
 * @param password its password, empty when the server asks for none
 * @param slot name of the existing pgoutput replication slot
 * @param peerSlot name of the peer's slot; a database that holds it is the peer's
 * @param publication name of the existing publication, with the replicated tables and Gemel's own
 * @param replicated which tables are published; changes of others are skipped
 * @param kafka client settings of the cluster that holds this site's log, {@code bootstrap.servers} among them; they
 *     override capture's own settings, except those that its guarantees depend on
 * @param topic this site's log, with one partition
 * @param transactionPartBytesMax a transaction with more bytes of row images is published in parts of about this size
 * @param rowRoom memory for the large values of a changed row
 * @param imageBytesMax bytes of own recent records kept in memory for reading changes back
 * @param sendBufferBytes bytes of records that wait for Kafka's acknowledgement before reading the database's log waits
 *     too
 * @param heartbeatInterval least time between two heartbeats in the log
 * @param commitClock maps the database's commit time (microseconds since 1970) to the time of versions; the identity
 *     unless a test needs different clocks
 */
public record CaptureConfig(
        SiteId site,
        String jdbcUrl,
        String user,
        String password,
        String slot,
        String peerSlot,
        String publication,
        Predicate<TableId> replicated,
        Map<String, String> kafka,
        String topic,
        int transactionPartBytesMax,
        RowRoom rowRoom,
        long imageBytesMax,
        long sendBufferBytes,
        Duration heartbeatInterval,
        LongUnaryOperator commitClock) {
    /** Default of {@link #sendBufferBytes}: seconds of a Kafka outage at full load. */
    public static final long SEND_BUFFER_BYTES = 64L << 20;

    private static final int PART_BYTES_LEAST = 1024;

    /** @throws IllegalArgumentException with everything that is wrong */
    public CaptureConfig {
        kafka = Map.copyOf(kafka);
        List<String> problems = new ArrayList<>();
        if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
            problems.add("jdbcUrl must start with jdbc:postgresql:");
        }
        for (Map.Entry<String, String> name : Map.of(
                        "user", user, "slot", slot, "publication", publication, "topic", topic)
                .entrySet()) {
            if (name.getValue().isBlank()) {
                problems.add(name.getKey() + " must not be empty");
            }
        }
        if (!kafka.containsKey("bootstrap.servers")) {
            problems.add("kafka must name bootstrap.servers");
        }
        if (transactionPartBytesMax < PART_BYTES_LEAST) {
            problems.add("transactionPartBytesMax must be at least " + PART_BYTES_LEAST);
        }
        if (imageBytesMax < 0) {
            problems.add("imageBytesMax must not be negative");
        }
        if (sendBufferBytes < 2L * transactionPartBytesMax) {
            problems.add("sendBufferBytes must be at least twice transactionPartBytesMax");
        }
        if (heartbeatInterval.isNegative() || heartbeatInterval.isZero()) {
            problems.add("heartbeatInterval must be positive");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("capture cannot run: " + String.join("; ", problems));
        }
    }

    /** The same, with another role. */
    public CaptureConfig as(String otherUser, String otherPassword) {
        return new CaptureConfig(
                site,
                jdbcUrl,
                otherUser,
                otherPassword,
                slot,
                peerSlot,
                publication,
                replicated,
                kafka,
                topic,
                transactionPartBytesMax,
                rowRoom,
                imageBytesMax,
                sendBufferBytes,
                heartbeatInterval,
                commitClock);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "capture of site " + site + " from " + jdbcUrl + " slot " + slot + " into " + topic;
    }
}
