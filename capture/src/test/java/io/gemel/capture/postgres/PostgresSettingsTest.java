package io.gemel.capture.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.capture.Fixtures;
import java.util.Properties;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class PostgresSettingsTest {
    private static Properties settings(String url) {
        return PostgresSettings.of(Fixtures.config(url, 4096, LongUnaryOperator.identity()), "engine");
    }

    @Test
    void take_the_url_apart_and_hand_its_parameters_on() {
        Properties settings = settings("jdbc:postgresql://db.east:6432/bank?sslmode=require");

        assertThat(settings)
                .containsEntry("database.hostname", "db.east")
                .containsEntry("database.port", "6432")
                .containsEntry("database.dbname", "bank")
                .containsEntry("driver.sslmode", "require");
    }

    @Test
    void bring_several_hosts_through_debeziums_single_one() {
        Properties settings = settings("jdbc:postgresql://one:5001,two:5002/bank?targetServerType=primary");

        assertThat(settings)
                .containsEntry("database.hostname", "one:5001,two")
                .containsEntry("database.port", "5002")
                .containsEntry("driver.targetServerType", "primary");
    }
}
