package io.gemel.router.request;

/**
 * Why a request is rejected.
 *
 * @param status the HTTP status
 * @param text the problem, for the client
 */
public record Rejection(int status, String text) {}
