package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeRulesTest {
    private static List<Entry<String, String>> headers(String lines) {
        List<Entry<String, String>> headers = new ArrayList<>();
        for (String line : lines.split("\\|")) {
            headers.add(Map.entry(line.split(":", 2)[0], line.split(":", 2)[1].trim()));
        }
        return headers;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '~',
            nullValues = "none",
            value = {
                "Connection: Upgrade|Upgrade: websocket ~ websocket",
                "connection: keep-alive, UPGRADE|upgrade: WebSocket ~ WebSocket",
                "Upgrade: a|Upgrade: b/2, c|Connection: upgrade ~ a, b/2, c",
                "Connection: upgrade|Upgrade: h2c, websocket, TLS/1.3, HTTP/2.0 ~ websocket",
                "Connection: upgrade|Upgrade: h2c ~ none",
                "Connection: upgrade|Upgrade: H2C, http/2 , tls ~ none",
                "Connection: upgrade|Upgrade: ,  , ~ none",
                "Connection: upgrade ~ none",
                "Connection: upgraded|Upgrade: websocket ~ none",
                "Upgrade: websocket ~ none",
            })
    void what_carries_http_is_never_asked_for(String lines, String wanted) {
        assertThat(UpgradeRules.wanted(true, headers(lines))).isEqualTo(wanted);
        assertThat(UpgradeRules.wanted(false, headers(lines))).as("HTTP/1.0").isNull();
    }

    @ParameterizedTest(name = "{0} for {1}")
    @CsvSource(
            delimiter = '~',
            nullValues = "none",
            value = {
                "websocket ~ WebSocket ~ true",
                "a, b/2 ~ b/2 ~ true",
                "a, b/2 ~ b ~ false",
                "websocket ~ h2c ~ false",
                "websocket ~ websocket, h2c ~ false",
                "websocket ~ none ~ false",
                "websocket ~ , ~ false",
                "none ~ websocket ~ false",
            })
    void a_vm_may_switch_to_what_it_was_asked_for(String wanted, String switched, boolean agrees) {
        assertThat(UpgradeRules.agrees(wanted, switched)).isEqualTo(agrees);
    }
}
