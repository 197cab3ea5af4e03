package io.gemel.router.http;

import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;

/** Vert.x's decoder of requests, which tells whether more has come than it has read. */
final class StrictDecoder extends VertxHttpRequestDecoder {
    StrictDecoder(Http1ServerConfig limits) {
        super(limits);
    }

    /** Whether bytes are here behind what was decoded last. On the connection's event loop. */
    boolean hasMore() {
        return actualReadableBytes() > 0;
    }
}
