package io.gemel.vm.spring.shop;

import jakarta.persistence.EntityManager;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The shop's transactions. */
@Service
class ShopService {
    /** What happens after an article was read and before it is written, in the first runs. */
    static final AtomicReference<Runnable> MEANWHILE = new AtomicReference<>(() -> {});

    /** How often stock was taken. */
    static final AtomicInteger RUNS = new AtomicInteger();

    private final Purchases purchases;
    private final Articles articles;
    private final EntityManager entities;
    private final JdbcTemplate jdbc;
    private final ApplicationEventPublisher events;
    private final Records records;

    ShopService(
            Purchases purchases,
            Articles articles,
            EntityManager entities,
            JdbcTemplate jdbc,
            ApplicationEventPublisher events,
            Records records) {
        this.purchases = purchases;
        this.articles = articles;
        this.entities = entities;
        this.jdbc = jdbc;
        this.events = events;
        this.records = records;
    }

    /** What was placed. */
    record Placed(String article) {}

    /** By the repository, the entity manager and JDBC alike. */
    @Transactional
    public UUID place(String article) {
        UUID id = purchases.save(new Purchase(UUID.randomUUID(), article)).id();
        entities.flush();
        jdbc.update("INSERT INTO note VALUES ((SELECT count(*) FROM note), ?)", article);
        events.publishEvent(new Placed(article));
        return id;
    }

    @Transactional
    public void placeAndFail(String article) {
        place(article);
        throw new IllegalStateException("no " + article + " today");
    }

    @Transactional
    public int take(int id) {
        RUNS.incrementAndGet();
        Article article = articles.findById(id).orElseThrow();
        int left = article.take();
        MEANWHILE.get().run();
        return left;
    }

    @Transactional
    public void placeWithRecord(String article, boolean careful) {
        place(article);
        try {
            records.independent(article);
        } catch (RuntimeException e) {
            if (!careful) {
                throw e;
            }
        }
    }

    @Transactional(readOnly = true, propagation = Propagation.REQUIRED)
    public long count() {
        return purchases.count();
    }
}
