package io.gemel.router.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.Route;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource(
            delimiter = '~',
            nullValues = "none",
            value = {
                "/chat/room ~ none ~ /chat/room",
                "/chat/room ~ /, /chat ~ /chat/room",
                "/chat ~ /chat ~ /chat",
                "/chat/ ~ /chat ~ /chat/",
                "/ ~ none ~ /",
                "/ ~ / ~ /",
                "/chat/room ~ shop.example/, /chat ~ shop.example/chat/room",
                "/chat/room ~ *.example/chat, / ~ *.example/chat/room",
                "/chat/room ~ shop.example/chat/room, *.example/, / ~ shop.example/chat/room",
                "/chat/a%20b ~ none ~ /chat",
                "/chat/%C3%A4/room ~ /, shop.example/ ~ shop.example/chat",
                "/chat/a=b ~ /chat ~ /chat",
                "/chat:1 ~ none ~ /",
                "/a%20b ~ shop.example/ ~ shop.example/",
                "/v1.2/chat ~ / ~ /v1.2/chat",
            })
    void who_follows_the_advice_of_a_refusal_is_not_refused_again(String path, String names, String advised)
            throws IOException {
        List<Route> routes = new ArrayList<>();
        for (String name : names == null ? new String[0] : names.split(", ")) {
            routes.add(route(name, true));
        }
        RequestTarget target = Objects.requireNonNull(RequestTarget.parse(path));
        Rejection rejection = rejection(routes, target);
        assertThat(rejection).isNotNull();
        assertThat(rejection.status()).isEqualTo(501);
        Matcher advice = Pattern.compile("set (\\S+) in the router's file").matcher(rejection.text());
        assertThat(advice.find()).as(rejection.text()).isTrue();

        Properties file = new Properties();
        file.load(new StringReader(advice.group(1)));
        String key = file.stringPropertyNames().iterator().next();
        assertThat(file.getProperty(key)).isEqualTo("false");
        String name = key.substring("route.".length(), key.length() - ".resubmit".length());
        assertThat(name).isEqualTo(advised);
        routes.removeIf(route -> route.name().equals(name));
        routes.add(route(name, false));
        assertThat(rejection(routes, target)).isNull();
    }

    private static Route route(String name, boolean resubmit) {
        int slash = name.indexOf('/');
        return new Route(name.substring(0, slash), name.substring(slash), null, resubmit, null, null, null, null, null);
    }

    private static Rejection rejection(List<Route> routes, RequestTarget target) {
        Route route = new Routes(routes).of("shop.example", target);
        return UpgradeRules.rejection("websocket", "GET", headers("Host: shop.example"), target, route);
    }
}
