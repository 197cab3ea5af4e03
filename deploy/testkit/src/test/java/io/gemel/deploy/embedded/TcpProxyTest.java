package io.gemel.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class TcpProxyTest {
    private static final int SILENCE_MS = 200;
    private static final int ANSWER_MS = 30_000;

    private ServerSocket server;
    private TcpProxy proxy;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = TcpProxy.to(server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void carries_bytes_and_the_end_both_ways() throws IOException {
        try (Socket client = connect();
                Socket peer = server.accept()) {
            client.getOutputStream().write(1);
            assertThat(peer.getInputStream().read()).isEqualTo(1);
            peer.getOutputStream().write(2);
            assertThat(client.getInputStream().read()).isEqualTo(2);

            client.shutdownOutput();
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
            peer.getOutputStream().write(3);
            assertThat(client.getInputStream().read()).isEqualTo(3);
        }
    }

    @Test
    void breaks_old_and_new_connections_while_cut() throws IOException {
        try (Socket client = connect();
                Socket peer = server.accept()) {
            proxy.cut();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> peer.getInputStream().read()).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> {
                    try (Socket refused = connect()) {
                        refused.getInputStream().read();
                    }
                })
                .isInstanceOf(IOException.class);
        server.accept().close();

        proxy.restore();
        carries_bytes_and_the_end_both_ways();
    }

    @Test
    void holds_bytes_of_one_direction_and_delivers_them_later() throws IOException {
        try (Socket client = connect();
                Socket peer = server.accept()) {
            proxy.hold(TcpDirection.FROM_TARGET);
            peer.getOutputStream().write(1);
            client.getOutputStream().write(2);
            assertThat(peer.getInputStream().read()).isEqualTo(2);
            client.setSoTimeout(SILENCE_MS);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            proxy.restore();
            client.setSoTimeout(ANSWER_MS);
            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void hides_the_death_of_the_target_while_held() throws IOException {
        try (Socket client = connect()) {
            Socket peer = server.accept();
            proxy.holdAll();
            TcpLink.reset(peer);
            client.setSoTimeout(SILENCE_MS);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            proxy.restore();
            client.setSoTimeout(ANSWER_MS);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
    }

    @Test
    void carries_only_new_connections_after_the_old_ones_were_stranded() throws IOException {
        try (Socket client = connect();
                Socket peer = server.accept()) {
            proxy.strand();
            client.getOutputStream().write(1);
            peer.shutdownOutput();
            proxy.restore();
            client.setSoTimeout(SILENCE_MS);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            carries_bytes_and_the_end_both_ways();
        }
    }

    /** The server may see a connection before the proxy carries anything for it. */
    @RepeatedTest(200)
    void strands_and_breaks_what_the_server_has_just_seen() throws IOException {
        try (Socket client = connect();
                Socket peer = server.accept()) {
            proxy.strand();
            peer.shutdownOutput();
            client.setSoTimeout(1);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        try (Socket client = connect();
                Socket peer = server.accept()) {
            proxy.drop();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> peer.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void delivers_delayed_bytes() throws IOException {
        proxy.delay(Duration.ofMillis(50));
        carries_bytes_and_the_end_both_ways();
    }

    @Test
    void breaks_connections_to_a_server_that_is_down() throws IOException {
        server.close();
        assertThatThrownBy(() -> {
                    try (Socket refused = connect()) {
                        refused.getInputStream().read();
                    }
                })
                .isInstanceOf(IOException.class);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(ANSWER_MS);
        return socket;
    }
}
