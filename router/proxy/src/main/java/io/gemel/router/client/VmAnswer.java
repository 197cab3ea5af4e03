package io.gemel.router.client;

import io.gemel.router.decision.Outcome;
import io.gemel.router.decision.VmState;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What a VM answered.
 *
 * @param body all of the body, or its first part
 * @param trailers trailers behind the complete body; those of a streamed body follow its parts
 * @param rest the remaining parts; null when there is none
 * @param upgraded the connection, when the VM has switched to another protocol on it; null otherwise
 */
public record VmAnswer(
        int status,
        MultiMap headers,
        Buffer body,
        MultiMap trailers,
        @Nullable Rest rest,
        @Nullable Upgraded upgraded) {
    /** One that has come whole. */
    public static VmAnswer whole(HttpClientResponse response, Buffer body) {
        return new VmAnswer(response.statusCode(), response.headers(), body, response.trailers(), null, null);
    }

    /** One of which parts are still to come. */
    public static VmAnswer begun(HttpClientResponse response, Buffer body, VmState vm) {
        Rest rest = new Rest(response, vm);
        return new VmAnswer(response.statusCode(), response.headers(), body, HttpHeaders.headers(), rest, null);
    }

    /** One whose connection has switched to another protocol. */
    public static VmAnswer switched(HttpClientResponse response, Upgraded upgraded) {
        MultiMap none = HttpHeaders.headers();
        return new VmAnswer(response.statusCode(), response.headers(), Buffer.buffer(), none, null, upgraded);
    }

    /** Nobody reads what is still to come: its connection must not wait for that. */
    public void discardRest() {
        if (rest != null) {
            rest.discard();
        }
        if (upgraded != null) {
            upgraded.close();
        }
    }

    /** Whether the VM says that it is committed, now or before. */
    public boolean committed() {
        Outcome outcome = outcome();
        return outcome == Outcome.EXECUTED || outcome == Outcome.REPLAYED;
    }

    @Nullable
    public Outcome outcome() {
        return upgraded != null ? null : Outcome.ofWord(headers.get("Gemel-Outcome"));
    }
}
