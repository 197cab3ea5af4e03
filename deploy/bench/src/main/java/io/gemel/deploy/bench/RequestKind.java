package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankTables;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

/** What is asked of the VM. Neighbours in time use different accounts, so that no transaction waits for another one's row. */
enum RequestKind {
    /** One row is read: shows the hop alone. */
    READ("GET /accounts/N, one row read", 0),

    /** Money is transferred, with the submission ledger and all that replication makes of it. */
    TRANSFER("POST /transfers with a key, one transaction", 0),

    /** The same, where the application waits for something else meanwhile: a VM's threads are what is short. */
    SLOW_TRANSFER("POST /transfers with a key, 200 ms of waiting in each", 200);

    private final String title;
    private final int pauseMillis;

    RequestKind(String title, int pauseMillis) {
        this.title = title;
        this.pauseMillis = pauseMillis;
    }

    HttpMethod method() {
        return this == READ ? HttpMethod.GET : HttpMethod.POST;
    }

    /** What the table calls it. */
    String title() {
        return title;
    }

    String target(long number) {
        return this == READ ? "/accounts/" + account(number) : "/transfers";
    }

    /** Empty for none. */
    Buffer body(long number) {
        if (this == READ) {
            return Buffer.buffer();
        }
        int from = account(number);
        return Buffer.buffer(
                "{\"from\":" + from + ",\"to\":" + (from + 1) + ",\"amount\":1,\"pauseMillis\":" + pauseMillis + "}");
    }

    /** @param prefix what keys begin with; one that nobody else uses */
    MultiMap headers(String prefix, long number) {
        MultiMap headers = HttpHeaders.headers();
        return this == READ
                ? headers
                : headers.set("Idempotency-Key", prefix + number).set("Content-Type", "application/json");
    }

    /** An odd number; the one above it is an account, too. */
    private static int account(long number) {
        return (int) (number * 2 % BankTables.ACCOUNTS) + 1;
    }
}
