package io.gemel.router.request;

/**
 * Why a request is not proper.
 *
 * @param status the HTTP status that says so
 * @param text what is wrong, for the client
 */
public record Rejection(int status, String text) {}
