package io.gemel.deploy.bench;

import io.gemel.deploy.bank.BankTables;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

/** What is asked of the VM. Neighbours in time use different accounts, so that no transaction waits for another one's row. */
enum RequestKind {
    /** One row is read: shows the hop alone. */
    READ("GET /accounts/N, one row read") {
        @Override
        HttpMethod method() {
            return HttpMethod.GET;
        }

        @Override
        String target(long number) {
            return "/accounts/" + account(number);
        }
    },

    /** Money is transferred, with the submission ledger and all that replication makes of it. */
    TRANSFER("POST /transfers with a key, one transaction") {
        @Override
        HttpMethod method() {
            return HttpMethod.POST;
        }

        @Override
        String target(long number) {
            return "/transfers";
        }

        @Override
        Buffer body(long number) {
            return transfer(number, 0);
        }

        @Override
        MultiMap headers(String prefix, long number) {
            return keyed(prefix, number);
        }
    },

    /** The same, where the application waits for something else meanwhile: a VM's threads are what is short. */
    SLOW_TRANSFER("POST /transfers with a key, 200 ms of waiting in each") {
        @Override
        HttpMethod method() {
            return HttpMethod.POST;
        }

        @Override
        String target(long number) {
            return "/transfers";
        }

        @Override
        Buffer body(long number) {
            return transfer(number, PAUSE_MILLIS);
        }

        @Override
        MultiMap headers(String prefix, long number) {
            return keyed(prefix, number);
        }
    };

    private static final int PAUSE_MILLIS = 200;

    private final String title;

    RequestKind(String title) {
        this.title = title;
    }

    abstract HttpMethod method();

    /** What the table calls it. */
    String title() {
        return title;
    }

    abstract String target(long number);

    /** Empty for none. */
    Buffer body(long number) {
        return Buffer.buffer();
    }

    /** @param prefix what keys begin with; one that nobody else uses */
    MultiMap headers(String prefix, long number) {
        return HttpHeaders.headers();
    }

    private static Buffer transfer(long number, int pauseMillis) {
        int from = account(number);
        return Buffer.buffer(
                "{\"from\":" + from + ",\"to\":" + (from + 1) + ",\"amount\":1,\"pauseMillis\":" + pauseMillis + "}");
    }

    private static MultiMap keyed(String prefix, long number) {
        return HttpHeaders.headers().set("Idempotency-Key", prefix + number).set("Content-Type", "application/json");
    }

    /** An odd number; the one above it is an account, too. */
    private static int account(long number) {
        return (int) (number * 2 % BankTables.ACCOUNTS) + 1;
    }
}
