package io.gemel.router.http;

import io.vertx.core.http.HttpConnection;

/**
 * Notified of what is rejected below the level of requests, because it is malformed or above a limit. On the
 * connection's event loop.
 */
public interface OnUnread {
    /** Of a request that has its connection for itself. */
    long NO_STREAM = -1;

    /**
     * What came is no request, or not in time.
     *
     * @param status that says so, even if it could not be answered any more; 0 for none
     */
    void unread(HttpConnection connection, int status);

    /**
     * What came behind the head of a request is no proper body.
     *
     * @param stream the request's, or {@link #NO_STREAM}
     * @param status that was answered; 0 for none
     */
    void unreadBody(HttpConnection connection, long stream, int status);

    /** There is no room for one more request, or for the connection. */
    void noRoom(HttpConnection connection);
}
