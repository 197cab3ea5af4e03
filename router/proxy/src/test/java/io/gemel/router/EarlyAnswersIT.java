package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VMs that answer amid a body that is passed on, and hear no more of it: what they say reaches the client whole. */
final class EarlyAnswersIT {
    private static final int LENGTH = 8 << 20;

    private RawVm raw;
    private TestBench bench;

    @BeforeEach
    void start() throws Exception {
        raw = new RawVm();
        bench = new TestBench(config -> TestBench.alone(config, raw.config()));
    }

    @AfterEach
    void stop() throws Exception {
        bench.close();
        raw.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_answer_comes_whole_while_its_client_goes_on_sending(boolean deaf) throws Exception {
        raw.answer = "HTTP/1.1 413 Too Large\r\nContent-Length: " + LENGTH + "\r\n\r\n" + "x".repeat(LENGTH);
        raw.deaf = deaf;
        raw.rest = "";
        raw.stays = true;
        for (int round = 0; round < 3; round++) {
            raw.go();
            answerComesWhole();
        }
    }

    private void answerComesWhole() throws Exception {
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(16 << 10);
            client.setSoTimeout((int) TestBench.LIMIT.toMillis());
            client.connect(new InetSocketAddress("127.0.0.1", bench.router.port()));
            OutputStream out = client.getOutputStream();
            out.write("POST /stream/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            Thread sending = new Thread(() -> sendOn(out), "sending");
            sending.setDaemon(true);
            sending.start();
            InputStream in = client.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }

            assertThat(head.toString()).startsWith("HTTP/1.1 413");
            assertThat(in.readNBytes(LENGTH).length).isEqualTo(LENGTH);
        }
    }

    private static void sendOn(OutputStream out) {
        byte[] chunk = ("3e8\r\n" + "y".repeat(1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException e) {
            // The connection ends with the test.
        }
    }
}
