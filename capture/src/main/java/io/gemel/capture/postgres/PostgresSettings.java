package io.gemel.capture.postgres;

import io.gemel.capture.api.CaptureConfig;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Settings of Debezium's engine. */
final class PostgresSettings {
    private PostgresSettings() {}

    /**
     * @param name unique among the engines of this JVM: it also names Debezium's MBeans
     */
    static Properties of(CaptureConfig config, String name) {
        Properties settings = new Properties();
        settings.setProperty("name", name);
        settings.setProperty("topic.prefix", name);
        settings.setProperty("connector.class", TextPostgresConnector.class.getName());
        settings.setProperty("plugin.name", "pgoutput");
        settings.setProperty("slot.name", config.slot());
        settings.setProperty("publication.name", config.publication());
        database(settings, config);

        // Slot, publication and tables are made by gemel prepare and nowhere else.
        settings.setProperty("publication.autocreate.mode", "disabled");
        settings.setProperty("slot.drop.on.stop", "false");
        settings.setProperty("snapshot.mode", "no_data");
        // Debezium itself looks at no table: see PostgresTables.
        settings.setProperty("schema.exclude.list", ".*");

        // The slot and this site's log say where to go on. Debezium keeps no offset, and never restarts by itself,
        // because it
        // would then go on from one.
        settings.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        settings.setProperty("errors.max.retries", "0");
        settings.setProperty("slot.max.retries", "0");

        settings.setProperty("skipped.operations", "none");
        settings.setProperty("poll.interval.ms", "1");
        settings.setProperty(
                "status.update.interval.ms", Long.toString(TextPostgresConnector.STATUS_INTERVAL.toMillis()));
        settings.setProperty("record.processing.threads", "1");
        settings.setProperty("executor.shutdown.timeout.ms", "4000");
        settings.setProperty("extended.headers.enabled", "false");
        settings.setProperty("statistics.metrics.enabled", "false");
        settings.setProperty("schema.name.adjustment.mode", "none");
        settings.setProperty("event.processing.failure.handling.mode", "fail");
        return settings;
    }

    private static void database(Properties settings, CaptureConfig config) {
        Properties url =
                Objects.requireNonNull(Driver.parseURL(config.jdbcUrl(), null)); // the configuration sees to that
        String[] hosts = take(url, PGProperty.PG_HOST, "localhost").split(",", -1);
        String[] ports = take(url, PGProperty.PG_PORT, "5432").split(",", -1);
        // Debezium appends one port to one host; with several, all but the last bring their own.
        StringBuilder host = new StringBuilder();
        for (int i = 0; i < hosts.length - 1; i++) {
            host.append(hosts[i]).append(':').append(ports[i]).append(',');
        }
        settings.setProperty("database.hostname", host + hosts[hosts.length - 1]);
        settings.setProperty("database.port", ports[ports.length - 1]);
        settings.setProperty("database.dbname", take(url, PGProperty.PG_DBNAME, config.user()));
        settings.setProperty("database.user", config.user());
        settings.setProperty("database.password", config.password());
        settings.setProperty("driver.tcpKeepAlive", "true");
        settings.setProperty(
                "driver.socketTimeout", PostgresLogin.ANSWER_SECONDS); // the log itself is read without waiting
        for (String property : url.stringPropertyNames()) {
            settings.setProperty("driver." + property, url.getProperty(property));
        }
    }

    private static String take(Properties url, PGProperty property, String otherwise) {
        String value = url.getProperty(property.getName(), otherwise);
        url.remove(property.getName());
        return value;
    }
}
