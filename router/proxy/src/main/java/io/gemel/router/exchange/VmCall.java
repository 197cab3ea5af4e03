package io.gemel.router.exchange;

import io.gemel.router.client.Upgraded;
import io.gemel.router.client.VmAnswer;
import io.gemel.router.decision.AttemptResult;
import io.gemel.router.decision.Outcome;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.Grpc;
import io.gemel.router.http.TlsOptions;
import io.gemel.router.request.UpgradeRules;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request on its way to a VM. Tells how it ended once, on the event loop that sent it. */
final class VmCall {
    /** How it ended. */
    sealed interface Result {
        /** Calls the consumer for its kind. */
        void match(Consumer<Answer> answer, Consumer<Failure> failure);

        record Answer(VmAnswer answer) implements Result {
            @Override
            public void match(Consumer<Answer> answer, Consumer<Failure> failure) {
                answer.accept(this);
            }
        }

        /** There is no proper answer. */
        record Failure(AttemptResult result, String why) implements Result {
            @Override
            public void match(Consumer<Answer> answer, Consumer<Failure> failure) {
                failure.accept(this);
            }
        }
    }

    private final VmState vm;
    private final @Nullable String upgrade;
    private final int answerMax;
    private final boolean early;
    private final Context context;
    private final Consumer<Result> end;
    private final Buffer body = Buffer.buffer();
    private @Nullable HttpClientRequest request;
    private boolean ended;

    /**
     * @param upgrade the protocols that the VM is asked for; null for none
     * @param answerMax bytes of an answer that are awaited before it is told
     * @param early whether an answer that will be passed on is told as soon as its head is there, with what came along: nobody will ask
     *     again if the rest does not come
     * @param context of the event loop that sends it
     */
    VmCall(VmState vm, @Nullable String upgrade, int answerMax, boolean early, Context context, Consumer<Result> end) {
        this.vm = vm;
        this.upgrade = upgrade;
        this.answerMax = answerMax;
        this.early = early;
        this.context = context;
        this.end = end;
    }

    /** @param text the same in an operator's words */
    void notSent(Throwable why, String text) {
        end(
                Grpc.meetsNoHttp2(why)
                        ? new Result.Failure(
                                AttemptResult.UNABLE, "it does not speak HTTP/2 at this address, which gRPC needs")
                        : new Result.Failure(AttemptResult.NOT_SENT, text));
    }

    /** The connection is there. */
    void send(HttpClientRequest made, @Nullable Buffer payload, @Nullable HttpServerRequest stream) {
        made.exceptionHandler(this::broken);
        if (ended) {
            giveUp(made);
            return;
        }
        if (stream != null && stream.response().closed()) {
            // Its end has been told already, and would not be again.
            giveUp(made);
            end(new Result.Failure(AttemptResult.NOT_SENT, "its client has disconnected"));
            return;
        }
        request = made;
        if (stream != null) {
            pass(made, stream);
        } else if (payload == null) {
            made.send().onComplete(this::answered, this::broken);
        } else {
            made.send(payload).onComplete(this::answered, this::broken);
        }
    }

    /** A body of which only a part came must not look whole: no end is written behind it. */
    private void pass(HttpClientRequest made, HttpServerRequest stream) {
        if (!made.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            made.setChunked(true);
        }
        made.response().onComplete(this::answered, this::broken);
        // Whoever waits for the answer may know by then that the client has left, and give the call up.
        stream.pipe()
                .endOnFailure(false)
                .to(made)
                .onFailure(why -> context.runOnContext(unused -> brokenOff(made, why)));
    }

    private void brokenOff(HttpClientRequest made, Throwable why) {
        broken(why);
        giveUp(made);
    }

    private void broken(Throwable why) {
        String text = String.valueOf(why.getMessage());
        if (TlsOptions.rejection(why) != null) {
            // TLS 1.3: what is sent with the certificate is not looked at by whoever does not accept that.
            end(new Result.Failure(AttemptResult.NOT_SENT, text));
            return;
        }
        // What the decoder throws when it cannot read what came; an end of the connection is an IOException.
        boolean improper = why instanceof TooLongFrameException || why instanceof IllegalArgumentException;
        end(
                improper
                        ? new Result.Failure(AttemptResult.IMPROPER, text)
                        : new Result.Failure(AttemptResult.BROKEN, text));
    }

    private void answered(HttpClientResponse response) {
        if (ended) {
            return;
        }
        if (response.statusCode() == UpgradeRules.SWITCHING_PROTOCOLS) {
            switched(response);
            return;
        }
        response.exceptionHandler(this::broken);
        response.handler(part -> part(response, part));
        response.endHandler(nothing -> end(new Result.Answer(VmAnswer.whole(response, body))));
        if (early && isPassedOn(Outcome.ofWord(response.getHeader("Gemel-Outcome")))) {
            // A short answer has come whole by then.
            context.runOnContext(unused -> tellNow(response));
        }
    }

    private void switched(HttpClientResponse response) {
        if (UpgradeRules.agrees(upgrade, response.getHeader("Upgrade"))) {
            Upgraded upgraded = Upgraded.of(response, vm);
            end(new Result.Answer(VmAnswer.switched(response, upgraded)));
        } else {
            response.exceptionHandler(this::broken);
            end(new Result.Failure(AttemptResult.IMPROPER, "it switches to a protocol that was not requested"));
            giveUp(response.request());
        }
    }

    private static boolean isPassedOn(@Nullable Outcome outcome) {
        return outcome == null || outcome.effect() == Outcome.Effect.FINAL;
    }

    private void tellNow(HttpClientResponse response) {
        if (!ended) {
            end(new Result.Answer(VmAnswer.begun(response, body, vm)));
        }
    }

    private void part(HttpClientResponse response, Buffer part) {
        body.appendBuffer(part);
        if (body.length() > answerMax) {
            tellNow(response);
        }
    }

    private void end(Result result) {
        if (!ended) {
            ended = true;
            end.accept(result);
        }
    }

    /**
     * Nobody waits for it any more.
     *
     * @return whether anything of it was sent
     */
    boolean abandon() {
        ended = true;
        if (request == null) {
            return false;
        }
        giveUp(request);
        return true;
    }

    private static void giveUp(HttpClientRequest request) {
        // Closes the connection; whether that succeeds changes nothing for us.
        request.reset().onComplete(done -> {});
    }
}
