package com.example.bank;

import org.springframework.http.HttpStatus;

/** The bank refuses a request. */
class RefusedException extends RuntimeException {
    private final HttpStatus status;
    private final boolean forGood;

    private RefusedException(HttpStatus status, String why, boolean forGood) {
        super(why);
        this.status = status;
        this.forGood = forGood;
    }

    /** It was not possible at the time, and stays refused. */
    static RefusedException forGood(String why) {
        return new RefusedException(HttpStatus.CONFLICT, why, true);
    }

    /** The request is invalid. */
    static RefusedException now(String why) {
        return new RefusedException(HttpStatus.BAD_REQUEST, why, false);
    }

    /** It may still arrive from the other site. */
    static RefusedException notFound(String why) {
        return new RefusedException(HttpStatus.NOT_FOUND, why, false);
    }

    HttpStatus status() {
        return status;
    }

    boolean isForGood() {
        return forGood;
    }
}
