package io.gemel.router.exchange;

import static io.gemel.router.TestBench.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gemel.router.GrpcVm;
import io.gemel.router.LogLines;
import io.gemel.router.TestBench;
import io.gemel.router.TestConfig;
import io.gemel.router.TestHttp;
import io.gemel.router.TestKeys;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterReport;
import io.gemel.transaction.SiteId;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls of gRPC that come to VMs which speak no HTTP/2: nothing is done, the client is told so, and another VM may do it. */
final class GrpcUnableVmsIT {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private GrpcVm vm;
    private TestBench bench;
    private ManagedChannel channel;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws Exception {
        vm = new GrpcVm();
        bench = new TestBench(config -> TestConfig.changed(
                TestBench.alone(config, vm.config()),
                change -> change.routes.add(new Route("/shop.Orders", null, false))));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", bench.router.port())
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

    private enum Kind {
        CLEAR("http", options -> {}),
        TLS("https", options -> options.setUseAlpn(false)),
        ALPN("https", options -> options.setUseAlpn(true).setAlpnVersions(List.of(HttpVersion.HTTP_1_1)));

        private final String scheme;
        private final Consumer<HttpServerOptions> options;

        Kind(String scheme, Consumer<HttpServerOptions> options) {
            this.scheme = scheme;
            this.options = options;
        }
    }

    /** One that carries out whatever it hears by HTTP/1.1. */
    private RouterConfig.Vm old(Kind kind) throws Exception {
        HttpServerOptions options = new HttpServerOptions().setHttp2ClearTextEnabled(false);
        if (kind != Kind.CLEAR) {
            TestKeys keys = TestKeys.make(folder, "EC", "dns:localhost");
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(keys.certificate()))
                            .addKeyValue(Buffer.buffer(keys.key())));
            bench.reload(change -> change.authorities = keys.certificate());
        }
        kind.options.accept(options);
        HttpServer server = TestHttp.await(bench.vertx
                .createHttpServer(options)
                .requestHandler(request -> {
                    heard.add(request.method() + " " + request.path());
                    request.response().end();
                })
                .listen(0));
        return at(kind.scheme + "://localhost:" + server.actualPort());
    }

    private RouterConfig.Vm at(String address) {
        HttpServer heartbeats = TestHttp.await(bench.vertx
                .createHttpServer()
                .requestHandler(request -> request.response().setStatusCode(404).end())
                .listen(0));
        URI heartbeatUrl = URI.create("http://localhost:" + heartbeats.actualPort());
        return new RouterConfig.Vm("old", URI.create(address), new SiteId("east"), "host-2", 0, heartbeatUrl);
    }

    private void serveBy(RouterConfig.Vm... vms) throws Exception {
        bench.reload(change -> {
            change.vms.clear();
            change.vms.addAll(List.of(vms));
        });
        await().until(() -> bench.router.report().vms().size() == vms.length
                && bench.router.report().vms().stream().allMatch(each -> each.state() == RouterReport.VmState.ALIVE));
    }

    private String place(String order) {
        CallOptions usual = CallOptions.DEFAULT.withDeadlineAfter(TestBench.LIMIT.toSeconds(), TimeUnit.SECONDS);
        return ClientCalls.blockingUnaryCall(channel, GrpcVm.PLACE, usual, order);
    }

    private void assertNotDone() {
        StatusRuntimeException why = catchThrowableOfType(StatusRuntimeException.class, () -> place("tea"));

        assertThat(why.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(why.getMessage()).contains("nothing was done").doesNotContain("in-doubt");
        assertThat(bench.router.report().inDoubt()).isZero();
        assertThat(bench.router.report().vms()).allMatch(each -> each.deaths() == 0);
        assertThat(heard).isEmpty();
        assertThat(vm.placed).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void it_is_told_and_said_that_nothing_was_done(Kind kind) throws Exception {
        serveBy(old(kind));

        try (LogLines log = new LogLines(OpenAttempt.class.getName())) {
            assertNotDone();
            assertThat(log.all())
                    .singleElement()
                    .asString()
                    .contains("VM old cannot take POST /shop.Orders/Place", "it does not speak HTTP/2");
        }
        assertThat(bench.router.report().vms()).allMatch(each -> each.state() == RouterReport.VmState.ALIVE);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void another_vm_takes_it_whole(Kind kind) throws Exception {
        serveBy(old(kind), vm.config());

        for (int i = 0; i < 40; i++) {
            assertThat(place("tea " + "x".repeat(i * 1000))).startsWith("placed tea");
        }
        assertThat(vm.placed).hasValue(40);
        assertThat(heard).isEmpty();
    }

    @Test
    void a_vm_that_does_not_answer_the_preface_has_done_nothing() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            bench.reload(change -> change.times = TestBench.shortTimes(Duration.ofSeconds(1)));
            serveBy(at("http://localhost:" + silent.getLocalPort()));

            assertNotDone();
        }
    }
}
