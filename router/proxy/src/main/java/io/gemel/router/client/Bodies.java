package io.gemel.router.client;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.decision.Group;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.http.OnUnread;
import io.gemel.router.request.Rejection;
import io.gemel.router.request.RequestCheck;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the bodies of requests that are kept as a whole, within their time and size. Confined to one event loop. */
final class Bodies {
    private final Admission admission;
    private final Rejections rejections;
    private final PauseAwareClock awake;
    private final ExpiryQueue<Receiving> receiving = new ExpiryQueue<>();
    private final Map<Place, Receiving> reading = new HashMap<>();

    Bodies(Admission admission, Rejections rejections, PauseAwareClock awake) {
        this.admission = admission;
        this.rejections = rejections;
        this.awake = awake;
    }

    /** Where a body comes; with HTTP/1.1 one at a time, and its stream is {@link OnUnread#NO_STREAM}. */
    private record Place(HttpConnection connection, long stream) {}

    private static final class Receiving {
        private final Client client;
        private final Group group;
        private final int bodyMax;
        private final Place place;
        private final Buffer body = Buffer.buffer();
        private boolean over;

        Receiving(Client client, Group group, int bodyMax) {
            this.client = client;
            this.group = group;
            this.bodyMax = bodyMax;
            HttpServerRequest request = client.request();
            place = new Place(request.connection(), request.response().streamId());
        }
    }

    /**
     * Reads the body of a request that was accepted. One that does not come to its end is left, and refused if that is not for its client's
     * leaving.
     *
     * @param whole gets it
     */
    void read(Client client, Group group, RouterConfig config, Consumer<Buffer> whole) {
        Receiving of = new Receiving(client, group, config.limits().bodyMax());
        HttpServerRequest request = client.request();
        reading.put(of.place, of);
        receiving.add(of, awake.millis() + config.times().bodyTimeout().toMillis());
        request.handler(part -> part(of, part));
        request.exceptionHandler(why -> {
            if (drop(of)) {
                client.record().left(ResponseInfo.NONE);
            }
        });
        request.endHandler(unused -> {
            if (end(of)) {
                whole.accept(of.body);
            }
        });
    }

    /**
     * What came of one could not be read; the request's line tells so, if it was still being read.
     *
     * @param stream its request's; {@link OnUnread#NO_STREAM} for one of HTTP/1.1
     * @param status that was answered; 0 for none
     */
    void unread(HttpConnection connection, long stream, int status) {
        Receiving of = reading.get(new Place(connection, stream));
        if (of != null && drop(of)) {
            of.client.record().refusedBelow(status);
        }
    }

    private void part(Receiving of, Buffer part) {
        if (of.over) {
            return;
        }
        if (of.body.length() + part.length() > of.bodyMax) {
            drop(of);
            rejections.refuse(
                    of.client,
                    new Rejection(RequestCheck.TOO_LARGE, "a body may have at most " + of.bodyMax + " bytes here"));
            return;
        }
        admission.keeps(of.group, part.length());
        of.body.appendBuffer(part);
    }

    /** False when it had ended otherwise before. */
    private boolean end(Receiving of) {
        if (of.over) {
            return false;
        }
        of.over = true;
        receiving.remove(of);
        reading.remove(of.place, of);
        return true;
    }

    /** False when it had ended otherwise before. */
    private boolean drop(Receiving of) {
        boolean ended = end(of);
        if (ended) {
            admission.keeps(of.group, -of.body.length());
            admission.left(of.group);
        }
        return ended;
    }

    /** Time passes: those that do not come are refused. */
    void tick(long nowMillis) {
        for (Receiving late = receiving.pollDue(nowMillis); late != null; late = receiving.pollDue(nowMillis)) {
            if (!late.over) {
                drop(late);
                rejections.refuse(late.client, new Rejection(RequestCheck.TIMEOUT, "the body did not arrive in time"));
            }
        }
    }
}
