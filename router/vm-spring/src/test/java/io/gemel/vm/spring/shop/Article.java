package io.gemel.vm.spring.shop;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;

/** What is in stock, locked optimistically. */
@Entity
class Article {
    @Id
    private int id;

    private int stock;

    @Version
    private long version;

    /** For Hibernate. */
    protected Article() {}

    int take() {
        return --stock;
    }
}
