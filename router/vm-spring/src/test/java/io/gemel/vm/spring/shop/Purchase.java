package io.gemel.vm.spring.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.util.UUID;

/** What somebody has bought. */
@Entity
class Purchase {
    @Id
    private UUID id;

    private String article;

    /** For Hibernate. */
    protected Purchase() {}

    Purchase(UUID id, String article) {
        this.id = id;
        this.article = article;
    }

    UUID id() {
        return id;
    }

    String article() {
        return article;
    }
}
