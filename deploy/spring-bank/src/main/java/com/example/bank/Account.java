package com.example.bank;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;

/** Somebody's money, locked optimistically. */
@Entity
class Account {
    @Id
    private int id;

    private long balance;

    @Version
    private long version;

    /** For Hibernate. */
    protected Account() {}

    long balance() {
        return balance;
    }

    void deposit(long amount) {
        balance += amount;
    }

    /** @throws RefusedException when there is not so much */
    void withdraw(long amount) {
        if (balance < amount) {
            throw RefusedException.forGood("account " + id + " has not got " + amount);
        }
        balance -= amount;
    }
}
