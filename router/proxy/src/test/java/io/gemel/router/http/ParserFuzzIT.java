package io.gemel.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.TestConfig;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.request.HeaderRules;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.RequestTarget;
import io.gemel.transaction.SiteId;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Bytes of all kinds in place of requests: through the decoder that the router's listener has, its guard and its checks. Whatever the network
 * makes of them, the same requests are passed on, and each of them is one request and no more to whoever reads it next.
 *
 * <p>{@code -Dgemel.test.fuzz.inputs=10000000} for more of it, {@code -Dgemel.test.seed} for the same again.
 */
final class ParserFuzzIT {
    private static final int INPUTS = Integer.getInteger("gemel.test.fuzz.inputs", 30_000);
    private static final long SEED = Long.getLong("gemel.test.seed", new Random().nextLong(1_000_000_000L));
    private static final int BODY_MAX = 64;
    private static final Pattern FOLD = Pattern.compile("\n[ \t]");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final RouterConfig CONFIG =
            TestConfig.of(new RouterConfig.Vm("e1", URI.create("http://127.0.0.1:1"), new SiteId("east"), "host"));

    private static final String[] METHODS = {
        "GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", "get", "G T", "", "PRI"
    };
    private static final String[] TARGETS = {
        "/",
        "/a?b=c",
        "*",
        "http://x/y",
        "//x",
        "/%00",
        "/a b",
        "/\u00e9",
        "/a#b",
        "/gemel/outcome/k",
        "",
        "x:1",
        "/a\\b",
        "/\t"
    };
    private static final String[] VERSIONS = {
        "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 ", "HTTP/11", ""
    };
    private static final String[] HEADERS = {
        "Host: a",
        "Host: a",
        "Host: a, b",
        "Host:",
        "Content-Length: 4",
        "Content-Length: 4",
        "Content-Length: 0",
        "Content-Length: 4, 4",
        "Content-Length: +4",
        "Content-Length: 0x4",
        "Content-Length: 4 ",
        "Content-Length : 4",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding : chunked",
        "Transfer_Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "X: y\n\tz",
        "X: y\rz",
        "X: y\0z",
        "X: \u00ff\u0001",
        ": no name",
        "no colon",
        "X y: z",
        "Connection: close, Content-Length",
        "Connection: keep-alive, Transfer-Encoding",
        "Expect: 100-continue",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        "Idempotency-Key: k",
        "Idempotency-Key: \"k",
        "Gemel-Attempt: 9",
        "Gemel_Attempt: 9",
        "Trailer: X"
    };
    private static final String[] ENDS = {"\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\n\r", "\r\r\n"};
    private static final String[] BODIES = {
        "",
        "abcd",
        "4\r\nabcd\r\n0\r\n\r\n",
        "4\r\nabcd\r\n0\r\nX: y\r\n\r\n",
        "4\nabcd\n0\n\n",
        "4;a=b\r\nabcd\r\n0\r\n\r\n",
        "4;\r\nGET /x HTTP/1.1\r\n\r\n0\r\n\r\n",
        "0x4\r\nabcd\r\n0\r\n\r\n",
        "-4\r\nabcd\r\n0\r\n\r\n",
        "ffffffffffffffff4\r\nabcd\r\n0\r\n\r\n",
        "8000000000000000\r\nabcd",
        "4\r\nabcdX0\r\n\r\n",
        " 4\r\nabcd\r\n0\r\n\r\n",
        "4 \r\nabcd\r\n0\r\n\r\n",
        "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    };

    /** A request as it goes on to a VM. */
    private record Passed(String method, String target, List<Entry<String, String>> headers, String body) {}

    @Test
    void whatever_comes_the_same_proper_requests_are_passed_on() {
        System.out.println("parser fuzz: " + INPUTS + " inputs, seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        long passed = 0;
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = input(random);
            String text = new String(input, StandardCharsets.ISO_8859_1);
            List<Passed> whole = parse(input, input.length);
            List<Passed> cut = parse(input, 1 + random.nextInt(7));
            if (FOLD.matcher(text).find()) {
                // A fold behind the end of another request is seen only when that ends with a read.
                assertThat(whole).as(text).startsWith(cut.toArray(Passed[]::new));
            } else {
                assertThat(cut).as(text).isEqualTo(whole);
            }
            whole.forEach(request -> assertIsOne(request, text));
            passed += whole.size();
        }
        assertThat(passed).as("requests that were passed on").isGreaterThan(INPUTS / 20);
    }

    /** Beyond what the decoder of HTTP/2 refuses: whatever it lets through. */
    @Test
    void whatever_head_comes_by_http_2_only_one_proper_request_is_passed_on() {
        System.out.println("heads of HTTP/2: " + INPUTS + " inputs, seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        RouterLimits limits = RouterLimits.defaults();
        int passed = 0;
        for (int i = 0; i < INPUTS; i++) {
            String method = changed(any(METHODS, random), random);
            String target = changed(any(TARGETS, random), random);
            MultiMap headers = MultiMap.caseInsensitiveMultiMap();
            for (int count = random.nextInt(4); count > 0; count--) {
                String[] parts = changed(any(HEADERS, random), random).split(":", 2);
                headers.add(parts[0].toLowerCase(Locale.ROOT), parts.length > 1 ? parts[1].strip() : "");
            }
            Http2Head.asHttp1(headers, HostAndPort.create("a", random.nextInt(3)));
            RequestTarget read = RequestTarget.parse(target);
            if (read != null
                    && Http2Head.isMethod(method)
                    && Http2Head.rejection(method, target, headers, limits) == null
                    && RequestCheck.rejection(method, true, headers, BODY_MAX) == null) {
                passed++;
                List<Entry<String, String>> sent = HeaderRules.towardsVm(headers, false).stream()
                        .map(header -> Map.entry(header.getKey(), header.getValue()))
                        .toList();
                assertIsOne(
                        new Passed(method, read.text(), sent, any(BODIES, random)),
                        method + " " + target + " " + headers.entries());
            }
        }
        assertThat(passed).isPositive();
    }

    private static String changed(String text, SplittableRandom random) {
        if (text.isEmpty() || random.nextInt(8) > 0) {
            return text;
        }
        int at = random.nextInt(text.length());
        return text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + random.nextInt(2));
    }

    private static byte[] input(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int requests = 1 + random.nextInt(2); requests > 0; requests--) {
            boolean good = random.nextInt(3) > 0;
            text.append(good ? METHODS[random.nextInt(5)] : any(METHODS, random))
                    .append(' ')
                    .append(good ? TARGETS[random.nextInt(2)] : any(TARGETS, random))
                    .append(' ')
                    .append(good ? VERSIONS[0] : any(VERSIONS, random));
            String end = random.nextInt(6) > 0 ? ENDS[0] : any(ENDS, random);
            text.append(end);
            if (good) {
                text.append(HEADERS[0]).append(end);
            }
            for (int headers = random.nextInt(4); headers > 0; headers--) {
                text.append(any(HEADERS, random)).append(random.nextInt(6) > 0 ? end : any(ENDS, random));
            }
            text.append(end).append(random.nextBoolean() ? "" : any(BODIES, random));
        }
        for (int changes = random.nextInt(8) - 5; changes > 0 && text.length() > 1; changes--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.deleteCharAt(at);
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(20))));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String any(String[] texts, SplittableRandom random) {
        return texts[random.nextInt(texts.length)];
    }

    /** @param piece bytes of each read */
    private static List<Passed> parse(byte[] input, int piece) {
        Sink sink = new Sink();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline()
                .addLast(
                        "httpDecoder",
                        new StrictDecoder(StrictHttp.options(CONFIG, 0).getHttp1Config()))
                .addLast("handler", sink);
        new RequestGuard(() -> 60_000, (status, inMessage) -> {}).enter(channel.pipeline(), "httpDecoder", "handler");
        for (int from = 0; from < input.length && channel.isOpen() && !sink.over; from += piece) {
            channel.writeInbound(
                    Unpooled.wrappedBuffer(Arrays.copyOfRange(input, from, Math.min(input.length, from + piece))));
            channel.runPendingTasks();
        }
        channel.finishAndReleaseAll();
        return sink.passed;
    }

    /** Stands where the router's own code does. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final List<Passed> passed = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private HttpRequest head;
        private boolean over;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (!over) {
                    take(message);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void take(Object message) {
            if (message instanceof HttpRequest request) {
                head = request;
                body.setLength(0);
                over = request.decoderResult().isFailure()
                        || RequestTarget.parse(request.uri()) == null
                        || RequestCheck.rejection(
                                        request.method().name(),
                                        request.protocolVersion().equals(HttpVersion.HTTP_1_1),
                                        request.headers(),
                                        BODY_MAX)
                                != null;
            }
            if (!over && message instanceof HttpContent content) {
                body.append(content.content().toString(StandardCharsets.ISO_8859_1));
                over = body.length() > BODY_MAX;
            }
            if (!over && message instanceof LastHttpContent) {
                passed.add(new Passed(
                        head.method().name(),
                        RequestTarget.parse(head.uri()).text(),
                        HeaderRules.towardsVm(head.headers(), false).stream()
                                .map(header -> Map.entry(header.getKey(), header.getValue()))
                                .toList(),
                        body.toString()));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    /** Written as it is sent to a VM it is this one request, whoever reads it. */
    private static void assertIsOne(Passed request, String text) {
        StringBuilder sent = new StringBuilder()
                .append(request.method())
                .append(' ')
                .append(request.target())
                .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: ")
                .append(request.body().length())
                .append("\r\n");
        for (Entry<String, String> header : request.headers()) {
            String plain = header.getKey().toLowerCase(Locale.ROOT).replace('_', '-');
            assertThat(TOKEN.matcher(header.getKey()).matches()).as(text).isTrue();
            assertThat(plain).as(text).isNotIn("content-length", "transfer-encoding", "host", "idempotency-key");
            assertThat(plain).as(text).doesNotStartWith("gemel-");
            assertThat(header.getValue()).as(text).doesNotContain("\r", "\n", "\0");
            sent.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        assertThat(request.target()).as(text).matches("/[\\x21-\\x7e]*");
        byte[] bytes = sent.append("\r\n").append(request.body()).toString().getBytes(StandardCharsets.ISO_8859_1);
        assertThat(parse(bytes, bytes.length)).as(text).singleElement().satisfies(read -> {
            assertThat(read.method()).isEqualTo(request.method());
            assertThat(read.target()).isEqualTo(request.target());
            assertThat(read.body()).isEqualTo(request.body());
            assertThat(read.headers()).hasSameSizeAs(request.headers());
        });
    }
}
