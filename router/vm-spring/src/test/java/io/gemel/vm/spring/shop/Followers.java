package io.gemel.vm.spring.shop;

import io.gemel.vm.spring.shop.ShopService.Placed;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** What follows a purchase: it looks from outside whether there is one. */
@Component
class Followers {
    static final List<String> SEEN = new CopyOnWriteArrayList<>();

    private final JdbcTemplate outside;

    Followers(@Qualifier("archive") DataSource archive) {
        outside = new JdbcTemplate(archive);
    }

    @TransactionalEventListener
    void placed(Placed placed) {
        int rows = outside.queryForObject(
                "SELECT count(*) FROM purchase WHERE article = ?", Integer.class, placed.article());
        SEEN.add("placed " + placed.article() + " " + rows);
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
    void undone(Placed placed) {
        SEEN.add("undone " + placed.article());
    }
}
