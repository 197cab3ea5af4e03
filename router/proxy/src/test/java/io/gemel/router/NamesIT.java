package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A VM whose name comes to mean another address is found there, though what was said first may be kept for an hour. */
final class NamesIT {
    @TempDir
    Path folder;

    private final Vertx servers = Vertx.vertx();
    private Vertx asking;

    @AfterEach
    void stop() {
        TestHttp.await(asking.close());
        TestHttp.await(servers.close());
    }

    @Test
    void a_name_that_dns_gives_another_address_is_found_there() throws Exception {
        int port = serve();
        try (TestDns dns = new TestDns()) {
            dns.addresses = List.of("127.0.0.1");
            asking = asking(Router.names().addServer("127.0.0.1:" + dns.port()));
            assertThat(ask(port, "vm.test.")).isEqualTo("127.0.0.1");

            dns.addresses = List.of("127.0.0.2");
            await().until(() -> ask(port, "vm.test.").equals("127.0.0.2"));
        }
    }

    @Test
    void a_name_that_the_file_of_hosts_gives_another_address_is_found_there() throws Exception {
        int port = serve();
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 vm.test\n");
        asking = asking(Router.names().setHostsPath(hosts.toString()));
        assertThat(ask(port, "vm.test")).isEqualTo("127.0.0.1");

        Files.writeString(hosts, "127.0.0.2 vm.test\n");
        await().until(() -> ask(port, "vm.test").equals("127.0.0.2"));
    }

    private static Vertx asking(AddressResolverOptions names) {
        return Vertx.vertx(new VertxOptions().setAddressResolverOptions(names));
    }

    /** At one port of two addresses of this machine, each of which answers with its own. */
    private int serve() {
        int port = listen("127.0.0.1", 0);
        listen("127.0.0.2", port);
        return port;
    }

    private int listen(String address, int port) {
        return TestHttp.await(servers.createHttpServer(
                                new HttpServerOptions().setHost(address).setPort(port))
                        .requestHandler(request -> request.response().end(address))
                        .listen())
                .actualPort();
    }

    /** Over a connection of its own. */
    private String ask(int port, String name) {
        HttpClient client = asking.createHttpClient(new HttpClientOptions().setKeepAlive(false));
        return TestHttp.await(client.request(HttpMethod.GET, port, name, "/")
                        .compose(request -> request.send())
                        .compose(response -> response.body()))
                .toString();
    }
}
