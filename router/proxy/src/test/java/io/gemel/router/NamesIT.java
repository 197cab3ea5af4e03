package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A VM whose name comes to mean another address is found there, though what was said first may be kept for an hour. */
final class NamesIT {
    private static final int HOUR_SECONDS = 3600;

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
        try (Dns dns = new Dns()) {
            dns.answer = "127.0.0.1";
            asking = asking(Router.names().addServer("127.0.0.1:" + dns.port()));
            assertThat(ask(port, "vm.test.")).isEqualTo("127.0.0.1");

            dns.answer = "127.0.0.2";
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

    /** Answers every question for an IPv4 address with the same one, to be kept for an hour. */
    private static final class Dns implements AutoCloseable {
        private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        volatile String answer = "";

        Dns() throws IOException {
            Thread thread = new Thread(this::run, "dns");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void run() {
            try {
                while (true) {
                    DatagramPacket asked = new DatagramPacket(new byte[512], 512);
                    socket.receive(asked);
                    byte[] said = answer(ByteBuffer.wrap(asked.getData(), 0, asked.getLength()));
                    socket.send(new DatagramPacket(said, said.length, asked.getSocketAddress()));
                }
            } catch (IOException e) {
                // It is closed.
            }
        }

        private byte[] answer(ByteBuffer asked) throws IOException {
            int end = 12;
            while (asked.get(end) != 0) {
                end += asked.get(end) + 1;
            }
            boolean ipv4 = asked.getShort(end + 1) == 1;
            Buffer said = Buffer.buffer()
                    .appendShort(asked.getShort(0))
                    .appendShort((short) 0x8180)
                    .appendShort((short) 1)
                    .appendShort((short) (ipv4 ? 1 : 0))
                    .appendInt(0)
                    .appendBytes(asked.array(), 12, end + 5 - 12);
            if (ipv4) {
                said.appendShort((short) 0xc00c)
                        .appendShort((short) 1)
                        .appendShort((short) 1)
                        .appendInt(HOUR_SECONDS)
                        .appendShort((short) 4)
                        .appendBytes(InetAddress.getByName(answer).getAddress());
            }
            return said.getBytes();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
