package io.gemel.router;

import static io.gemel.router.TestBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What routes of a host and a path say, over real connections. */
final class RoutesIT {
    private TestBench bench;

    @BeforeEach
    void start() throws RouterException {
        bench = new TestBench(config -> TestConfig.changed(config, change -> {
            change.routes.add(new Route("", "/reports", null, true, null, null, List.of("GET"), null, null));
            change.routes.add(
                    new Route("shop.example.com", "/", null, true, null, null, List.of("POST", "OPTIONS"), null, null));
        }));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return bench.client.send(
                bench.request(path).method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    /** The first line of the answer to a request for a host, which other clients do not let a test choose. */
    private String ask(String method, String host, String path) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", bench.router.port())) {
            String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void a_method_that_its_route_does_not_name_gets_405_and_no_vm_gets_it() throws Exception {
        HttpResponse<String> refused = send("DELETE", "/reports/1");
        assertThat(refused.statusCode()).isEqualTo(405);
        assertThat(header(refused, "Allow")).isEqualTo("GET, HEAD");
        assertThat(bench.vms()).allSatisfy(vm -> assertThat(vm.received).isEmpty());
        assertThat(send("GET", "/reports/1").statusCode()).isEqualTo(200);
        assertThat(send("HEAD", "/reports/1").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/gemel/outcome/k").statusCode()).isEqualTo(200);

        assertThat(bench.reload(
                        config -> config.routes.removeIf(route -> route.prefix().equals("/reports"))))
                .isEqualTo("1 applied: route./reports (gone)");
        assertThat(send("DELETE", "/reports/1").statusCode()).isEqualTo(201);
    }

    @Test
    void a_host_decides_before_the_path() throws Exception {
        assertThat(ask("POST", "shop.example.com", "/reports/1")).startsWith("HTTP/1.1 201 ");
        assertThat(ask("GET", "SHOP.example.com:8080", "/reports/1")).startsWith("HTTP/1.1 405 ");
        assertThat(ask("POST", "example.com", "/reports/1")).startsWith("HTTP/1.1 405 ");
        assertThat(ask("GET", "a:b:c", "/reports/1")).startsWith("HTTP/1.1 200 ");
        // VMs see the Host, and so it decides, whatever a target in absolute form says.
        assertThat(ask("GET", "shop.example.com", "http://example.com/reports/1"))
                .startsWith("HTTP/1.1 405 ");
        assertThat(ask("GET", "example.com", "http://shop.example.com/reports/1"))
                .startsWith("HTTP/1.1 200 ");
    }
}
