package io.gemel.vm.spring.shop;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions inside others. */
@Service
class Records {
    private final Purchases purchases;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate whole;
    private final TransactionTemplate nested;

    Records(Purchases purchases, JdbcTemplate jdbc) {
        this.purchases = purchases;
        this.jdbc = jdbc;
        JdbcTransactionManager manager = new JdbcTransactionManager(jdbc.getDataSource());
        this.whole = new TransactionTemplate(manager);
        this.nested = new TransactionTemplate(manager);
        this.nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void independent(String article) {
        purchases.save(new Purchase(UUID.randomUUID(), "record of " + article));
    }

    /** Written, and then a part of it that is taken back. */
    public void whole(String article) {
        whole.executeWithoutResult(status -> {
            write(article);
            try {
                nested.executeWithoutResult(inner -> {
                    write("part of " + article);
                    throw new IllegalArgumentException("no part");
                });
            } catch (IllegalArgumentException e) {
                write("rest of " + article);
            }
        });
    }

    private void write(String article) {
        jdbc.update("INSERT INTO purchase VALUES (gen_random_uuid(), ?)", article);
    }
}
