package com.example.bank;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import java.util.UUID;

/** One article of a purchase. */
@Entity
class PurchaseLine {
    @Id
    private UUID id;

    @ManyToOne(optional = false)
    @JoinColumn(name = "purchase")
    @SuppressWarnings("unused") // Hibernate reads it
    private Purchase purchase;

    private String article;
    private long price;

    /** For Hibernate. */
    protected PurchaseLine() {}

    PurchaseLine(UUID id, Purchase purchase, String article, long price) {
        this.id = id;
        this.purchase = purchase;
        this.article = article;
        this.price = price;
    }

    UUID id() {
        return id;
    }

    String article() {
        return article;
    }

    long price() {
        return price;
    }
}
