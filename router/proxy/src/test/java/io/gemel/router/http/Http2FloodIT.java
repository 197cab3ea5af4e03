package io.gemel.router.http;

import static io.gemel.router.TestBench.await;
import static io.gemel.router.http.Http2Wire.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.LogLines;
import io.gemel.router.TestBench;
import io.gemel.router.TestConfig;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterAccessLog.Format;
import io.gemel.router.api.RouterException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that speak HTTP/2 and send what costs the router work without end. */
final class Http2FloodIT {
    private static TestBench shared;

    @BeforeAll
    static void share() throws RouterException {
        shared = new TestBench(config -> TestConfig.changed(config, changed -> {
            changed.times = TestBench.shortTimes(Duration.ofSeconds(40));
            changed.accessLog = new RouterAccessLog(Format.TEXT, List.of("path", "termination"));
        }));
    }

    @AfterAll
    static void stopSharing() {
        shared.close();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Flood.class)
    void ends_its_connection_and_harms_nobody_else(Flood flood) throws Exception {
        try (LogLines log = new LogLines("io.gemel.router.access");
                Http2Wire wire = new Http2Wire(shared.router.port())) {
            assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
            try {
                flood.pour(wire);
            } catch (SocketException e) {
                // It was ended meanwhile, which is what is looked at.
            }
            assertThat(wire.ends()).isTrue();
            await().until(() -> log.all().contains("path=- termination=PR"));
            assertThat(log.all()).as("it was not ended for being slow").doesNotContain("path=- termination=cR");
        }
        try (Http2Wire wire = new Http2Wire(shared.router.port())) {
            assertThat(wire.ask(request("GET", "/beside")).status()).isEqualTo("200");
        }
        await().until(() -> shared.router.report().connections() == 0
                && shared.router.report().inFlight() == 0
                && shared.router.report().bodyBytes() == 0);
    }

    private enum Flood {
        PINGS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(Http2Wire.PING, 0, 0, new byte[8]);
                }
            }
        },
        SETTINGS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(Http2Wire.SETTINGS, 0, 0, new byte[0]);
                }
            }
        },
        PRIORITIES {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(Http2Wire.PRIORITY, 0, 2 * i + 101, new byte[5]);
                }
            }
        },
        UNKNOWN_FRAMES {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Guard.FRAMES_MAX; i++) {
                    wire.write(0x42, 0, 0, new byte[0]);
                }
            }
        },
        RESETS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Codec.RESETS_MAX; i++) {
                    wire.reset(wire.begin(false, request("POST", "/beside")));
                }
            }
        },
        REQUESTS_THAT_ARE_RESET {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i <= Http2Codec.RESETS_MAX; i++) {
                    wire.begin(true, request("GET", "/beside", "connection=close"));
                }
            }
        },
        SMALL_CONTINUATIONS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                wire.write(Http2Wire.HEADERS, 0, 101, Http2Wire.block(request("GET", "/beside")));
                for (int i = 0; i < 100; i++) {
                    wire.write(Http2Wire.CONTINUATION, 0, 101, new byte[0]);
                }
            }
        },
        A_HEAD_WITHOUT_END {
            @Override
            void pour(Http2Wire wire) throws IOException {
                byte[] part = Http2Wire.block("a=" + "b".repeat(16_000));
                wire.write(Http2Wire.HEADERS, 0, 101, Http2Wire.block(request("GET", "/beside")));
                for (int i = 0; i < 100; i++) {
                    wire.write(Http2Wire.CONTINUATION, 0, 101, part);
                }
            }
        },
        EMPTY_DATA {
            @Override
            void pour(Http2Wire wire) throws IOException {
                int stream = wire.begin(false, request("POST", "/stream/a"));
                for (int i = 0; i < 1000; i++) {
                    wire.data(stream, "", false);
                }
            }
        },
        WINDOWS {
            @Override
            void pour(Http2Wire wire) throws IOException {
                for (int i = 0; i < 2; i++) {
                    wire.write(Http2Wire.WINDOW_UPDATE, 0, 0, new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
                }
            }
        },
        A_LARGE_FRAME {
            @Override
            void pour(Http2Wire wire) throws IOException {
                wire.write(Http2Wire.PING, 0, 0, new byte[100_000]);
            }
        };

        abstract void pour(Http2Wire wire) throws IOException;
    }
}
