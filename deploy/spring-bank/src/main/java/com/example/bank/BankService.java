package com.example.bank;

import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The bank's transactions. */
@Service
class BankService {
    private final Accounts accounts;
    private final Transfers transfers;
    private final Purchases purchases;
    private final Effects effects;

    BankService(Accounts accounts, Transfers transfers, Purchases purchases, Effects effects) {
        this.accounts = accounts;
        this.transfers = transfers;
        this.purchases = purchases;
        this.effects = effects;
    }

    /** What is bought. */
    record Line(String article, long price) {}

    /** Moves money from one account to another. */
    @Transactional
    public Transfer transfer(int from, int to, long amount) {
        if (amount <= 0 || from == to) {
            throw RefusedException.now("a transfer has a positive amount, and two accounts");
        }
        account(from).withdraw(amount);
        account(to).deposit(amount);
        effects.note();
        return transfers.save(new Transfer(effects.id(0), from, to, amount, effects.vm(), Instant.now()));
    }

    /** Buys articles. */
    @Transactional
    public Purchase purchase(int account, List<Line> lines) {
        Purchase purchase = new Purchase(effects.id(0), account, effects.vm());
        for (int i = 0; i < lines.size(); i++) {
            purchase.add(effects.id(i + 1), lines.get(i).article(), lines.get(i).price());
        }
        if (purchase.total() <= 0) {
            throw RefusedException.now("a purchase has lines with prices");
        }
        account(account).withdraw(purchase.total());
        effects.note();
        return purchases.save(purchase);
    }

    /** What is on an account. */
    @Transactional(readOnly = true)
    public long balance(int account) {
        return account(account).balance();
    }

    private Account account(int id) {
        return accounts.findById(id).orElseThrow(() -> RefusedException.notFound("there is no account " + id));
    }
}
