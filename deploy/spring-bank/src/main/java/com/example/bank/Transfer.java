package com.example.bank;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;

/** Money that went from one account to another. */
@Entity
class Transfer {
    @Id
    private UUID id;

    private int fromAccount;
    private int toAccount;
    private long amount;
    private String vm;
    private Instant at;

    /** For Hibernate. */
    protected Transfer() {}

    Transfer(UUID id, int fromAccount, int toAccount, long amount, String vm, Instant at) {
        this.id = id;
        this.fromAccount = fromAccount;
        this.toAccount = toAccount;
        this.amount = amount;
        this.vm = vm;
        this.at = at;
    }

    UUID id() {
        return id;
    }

    int fromAccount() {
        return fromAccount;
    }

    int toAccount() {
        return toAccount;
    }

    long amount() {
        return amount;
    }

    String vm() {
        return vm;
    }

    Instant at() {
        return at;
    }
}
