package io.gemel.vm.spring.shop;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.filter.OncePerRequestFilter;

/** A filter without an order of its own that opens what some filters open, when a header asks for it. */
@Component
class EarlyFilter extends OncePerRequestFilter {
    private final EntityManagerFactory entities;
    private final TransactionTemplate transaction;

    EarlyFilter(EntityManagerFactory entities, PlatformTransactionManager manager) {
        this.entities = entities;
        this.transaction = new TransactionTemplate(manager);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String wanted = request.getHeader("X-Open");
        if (wanted == null) {
            chain.doFilter(request, response);
        } else if (wanted.equals("transaction")) {
            transaction.executeWithoutResult(status -> ShopSettings.unchecked(() -> chain.doFilter(request, response)));
        } else {
            EntityManager context = entities.createEntityManager();
            TransactionSynchronizationManager.bindResource(entities, new EntityManagerHolder(context));
            try {
                chain.doFilter(request, response);
            } finally {
                TransactionSynchronizationManager.unbindResource(entities);
                context.close();
            }
        }
    }
}
