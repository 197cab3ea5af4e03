package io.gemel.router;

import io.gemel.router.api.RouterConfig;
import io.gemel.transaction.SiteId;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server of gRPC, whose messages are texts, with a port for heartbeats beside it. */
public final class GrpcVm implements AutoCloseable {
    static final Metadata.Key<String> GREETING = Metadata.Key.of("greeting", Metadata.ASCII_STRING_MARSHALLER);
    public static final MethodDescriptor<String, String> PLACE = method("Place", MethodType.UNARY);
    static final MethodDescriptor<String, String> WATCH = method("Watch", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<String, String> CHAT = method("Chat", MethodType.BIDI_STREAMING);
    static final MethodDescriptor<String, String> DRAW = method("Draw", MethodType.BIDI_STREAMING);

    final List<Metadata> heads = new CopyOnWriteArrayList<>();
    final List<String> authorities = new CopyOnWriteArrayList<>();
    public final AtomicInteger placed = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer heartbeats;
    private final Server server;
    private final String address;

    public GrpcVm() throws IOException {
        this(InsecureServerCredentials.create(), "http://localhost:");
    }

    /** @param address how it is reached, without the port */
    GrpcVm(ServerCredentials credentials, String address) throws IOException {
        this.address = address;
        server = Grpc.newServerBuilderForPort(0, credentials)
                .addService(ServerServiceDefinition.builder("shop.Orders")
                        .addMethod(PLACE, ServerCalls.asyncUnaryCall(this::place))
                        .addMethod(WATCH, ServerCalls.asyncServerStreamingCall(this::watch))
                        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
                        .addMethod(DRAW, ServerCalls.asyncBidiStreamingCall(this::draw))
                        .build())
                .intercept(new Heads())
                .build()
                .start();
        heartbeats = TestHttp.await(vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .requestHandler(request -> request.response().setStatusCode(404).end())
                .listen(0));
    }

    private final class Heads implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            heads.add(headers);
            authorities.add(String.valueOf(call.getAuthority()));
            return next.startCall(call, headers);
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("shop.Orders/" + name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Refuses what is called refuse, and says nothing of what is called keep. */
    private void place(String order, StreamObserver<String> answer) {
        placed.incrementAndGet();
        if (order.equals("refuse")) {
            Metadata why = new Metadata();
            why.put(GREETING, "not today");
            answer.onError(
                    Status.FAILED_PRECONDITION.withDescription("sold out").asRuntimeException(why));
        } else if (!order.equals("keep")) {
            answer.onNext("placed " + order);
            answer.onCompleted();
        }
    }

    /** Sends as many messages as the number says, or without an end, which it notices to be cancelled. */
    private void watch(String number, StreamObserver<String> answer) {
        int count = Integer.parseInt(number);
        if (count == 0) {
            ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(cancelled::incrementAndGet);
            answer.onNext("first");
            return;
        }
        for (int i = 0; i < count; i++) {
            answer.onNext("event " + i + " " + "x".repeat(1000));
        }
        answer.onCompleted();
    }

    private StreamObserver<String> chat(StreamObserver<String> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String said) {
                answer.onNext("you said " + said);
            }

            @Override
            public void onError(Throwable why) {
                cancelled.incrementAndGet();
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    /** Answers the first message with as many as it says, and wants to hear no other one. */
    private StreamObserver<String> draw(StreamObserver<String> answer) {
        return new StreamObserver<>() {
            private boolean answered;

            @Override
            public void onNext(String number) {
                if (!answered) {
                    answered = true;
                    watch(number, answer);
                }
            }

            @Override
            public void onError(Throwable why) {
                cancelled.incrementAndGet();
            }

            @Override
            public void onCompleted() {}
        };
    }

    public RouterConfig.Vm config() {
        return new RouterConfig.Vm(
                "g1",
                URI.create(address + server.getPort()),
                new SiteId("east"),
                "host-1",
                0,
                URI.create("http://127.0.0.1:" + heartbeats.actualPort()));
    }

    /** As when its process is killed. */
    public void kill() {
        TestHttp.await(heartbeats.close());
        server.shutdownNow();
        TestBench.await().until(server::isTerminated);
    }

    @Override
    public void close() {
        kill();
        TestHttp.await(vertx.close());
    }
}
