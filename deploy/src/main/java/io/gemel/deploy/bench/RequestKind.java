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
            int from = account(number);
            return Buffer.buffer("{\"from\":" + from + ",\"to\":" + (from + 1) + ",\"amount\":1}");
        }

        @Override
        MultiMap headers(String prefix, long number) {
            return super.headers(prefix, number)
                    .set("Idempotency-Key", prefix + number)
                    .set("Content-Type", "application/json");
        }
    };

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

    /** An odd number; the one above it is an account, too. */
    private static int account(long number) {
        return (int) (number * 2 % BankTables.ACCOUNTS) + 1;
    }
}
