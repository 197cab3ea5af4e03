package com.example.bank;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A purchase. */
@Entity
class Purchase {
    @Id
    private UUID id;

    private int account;
    private long total;
    private String vm;

    @OneToMany(mappedBy = "purchase", cascade = CascadeType.ALL)
    private List<PurchaseLine> lines = new ArrayList<>();

    /** For Hibernate. */
    protected Purchase() {}

    Purchase(UUID id, int account, String vm) {
        this.id = id;
        this.account = account;
        this.vm = vm;
    }

    void add(UUID line, String article, long price) {
        lines.add(new PurchaseLine(line, this, article, price));
        total += price;
    }

    UUID id() {
        return id;
    }

    int account() {
        return account;
    }

    long total() {
        return total;
    }

    String vm() {
        return vm;
    }

    List<PurchaseLine> lines() {
        return List.copyOf(lines);
    }
}
