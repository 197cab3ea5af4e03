package io.gemel.router;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients and servers of gRPC with the router between them. */
final class GrpcIT {
    private GrpcVm vm;
    private TestBench bench;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        vm = new GrpcVm();
        start(vm, "/shop.Orders");
    }

    private void start(GrpcVm at, String prefix) throws RouterException {
        bench = new TestBench(config -> TestConfig.changed(
                TestBench.alone(config, at.config()), change -> change.routes.add(new Route(prefix, null, false))));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", bench.router.port())
                .overrideAuthority("shop.example.com")
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        channel.awaitTermination(1, TimeUnit.MINUTES);
        bench.close();
        vm.close();
    }

    private static CallOptions usual() {
        return CallOptions.DEFAULT.withDeadlineAfter(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private String place(Channel by, String order) {
        return ClientCalls.blockingUnaryCall(by, GrpcVm.PLACE, usual(), order);
    }

    private StatusRuntimeException refused(String order) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> place(channel, order));
    }

    @Test
    void a_call_reaches_its_vm_and_its_answer_the_client_with_all_that_belongs_to_them() {
        Metadata sent = new Metadata();
        sent.put(GrpcVm.GREETING, "hello");
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Channel by = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(sent),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));

        assertThat(place(by, "tea")).isEqualTo("placed tea");

        Metadata came = vm.heads.get(0);
        assertThat(came.get(GrpcVm.GREETING)).isEqualTo("hello");
        assertThat(came.get(text("x-forwarded-for"))).isEqualTo("127.0.0.1");
        assertThat(vm.authorities).containsExactly("shop.example.com");
        assertThat(headers.get().get(text("gemel-vm"))).isEqualTo("g1");
        assertThat(headers.get().get(text("x-request-id"))).isEqualTo(came.get(text("x-request-id")));
    }

    private static Metadata.Key<String> text(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Test
    void a_call_that_its_vm_refuses_is_refused_with_its_reason() {
        StatusRuntimeException why = refused("refuse");

        assertThat(why.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(why.getStatus().getDescription()).isEqualTo("sold out");
        assertThat(why.getTrailers().get(GrpcVm.GREETING)).isEqualTo("not today");
        assertThat(vm.placed).hasValue(1);
    }

    @Test
    void messages_stream_to_a_client_and_none_is_lost() {
        Iterator<String> events = ClientCalls.blockingServerStreamingCall(channel, GrpcVm.WATCH, usual(), "5000");

        for (int i = 0; i < 5000; i++) {
            assertThat(events.next()).startsWith("event " + i + " ");
        }
        assertThat(events.hasNext()).isFalse();
    }

    @Test
    void messages_go_both_ways_at_once() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        StreamObserver<String> saying =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcVm.CHAT, usual()), new Hearing(heard));
        for (String word : List.of("one", "two", "three")) {
            saying.onNext(word);
            assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("you said " + word);
        }
        saying.onCompleted();
        assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("OK");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 5000})
    void an_answer_comes_whole_though_its_vm_wants_to_hear_no_more(int events) {
        for (int round = 0; round < 5; round++) {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            Hearing hearing = new Hearing(heard);
            StreamObserver<String> saying =
                    ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcVm.DRAW, usual()), hearing);
            saying.onNext(Integer.toString(events));
            await().until(() -> {
                for (int i = 0; i < 100 && hearing.call.isReady(); i++) {
                    saying.onNext("more");
                }
                return heard.size() > events;
            });

            assertThat(heard).hasSize(events + 1).endsWith("OK");
        }
    }

    @Test
    void a_call_that_its_client_gives_up_is_given_up_at_its_vm() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Hearing hearing = new Hearing(heard);
        ClientCalls.asyncServerStreamingCall(channel.newCall(GrpcVm.WATCH, usual()), "0", hearing);
        assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("first");
        hearing.call.cancel("enough", null);
        await().until(() -> vm.cancelled.get() == 1);

        StreamObserver<String> saying =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcVm.CHAT, usual()), hearing);
        saying.onNext("one");
        await().until(() -> heard.contains("you said one"));
        hearing.call.cancel("enough", null);
        await().until(() -> vm.cancelled.get() == 2);
    }

    @Test
    void a_call_whose_vm_dies_is_unavailable_and_not_sent_again() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        ClientCalls.asyncUnaryCall(channel.newCall(GrpcVm.PLACE, usual()), "keep", new Hearing(heard));
        await().until(() -> vm.placed.get() == 1);
        ClientCalls.asyncServerStreamingCall(channel.newCall(GrpcVm.WATCH, usual()), "0", new Hearing(heard));
        assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("first");

        vm.kill();

        assertThat(List.of(heard.poll(1, TimeUnit.MINUTES), heard.poll(1, TimeUnit.MINUTES)))
                .allSatisfy(end -> assertThat(end).isIn("UNAVAILABLE", "INTERNAL"))
                .contains("UNAVAILABLE");
        assertThat(vm.placed).hasValue(1);
        assertThat(refused("tea").getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void a_route_that_keeps_bodies_says_what_to_set() throws Exception {
        bench.reload(change -> change.routes.removeIf(route -> route.prefix().equals("/shop.Orders")));

        StatusRuntimeException why = refused("tea");

        assertThat(why.getMessage()).contains("set route./shop.Orders.resubmit=false in the router's file");
        assertThat(vm.placed).hasValue(0);
        bench.reload(change -> change.routes.add(new Route("/shop.Orders", null, false)));
        assertThat(place(channel, "tea")).isEqualTo("placed tea");
    }

    @Test
    void a_vm_is_reached_by_tls_and_by_no_certificate_of_a_stranger(@TempDir Path folder) throws Exception {
        TestKeys keys = TestKeys.make(folder, "EC", "dns:localhost");
        TestKeys strange = TestKeys.make(folder, "EC", "dns:localhost");
        vm.close();
        vm = new GrpcVm(
                TlsServerCredentials.create(stream(keys.certificate()), stream(keys.key())), "https://localhost:");
        bench.reload(change -> {
            change.vms.replaceAll(each -> vm.config());
            change.authorities = keys.certificate();
        });
        await().until(() -> bench.router.report().ready());
        assertThat(place(channel, "tea")).isEqualTo("placed tea");
        assertThat(vm.authorities).containsExactly("shop.example.com");

        bench.reload(change -> {
            change.authorities = strange.certificate();
            change.times = TestBench.shortTimes(Duration.ofSeconds(2));
        });
        assertThat(refused("tea").getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(vm.placed).hasValue(1);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes down messages, and the status that ends them. */
    private static final class Hearing implements ClientResponseObserver<String, String> {
        private final BlockingQueue<String> heard;
        private volatile ClientCallStreamObserver<String> call;

        Hearing(BlockingQueue<String> heard) {
            this.heard = heard;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<String> started) {
            call = started;
        }

        @Override
        public void onNext(String message) {
            heard.add(message);
        }

        @Override
        public void onError(Throwable why) {
            heard.add(((StatusRuntimeException) why).getStatus().getCode().name());
        }

        @Override
        public void onCompleted() {
            heard.add("OK");
        }
    }
}
