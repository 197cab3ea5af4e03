package com.example.bank;

import com.example.bank.BankService.Line;
import io.gemel.vm.servlet.VmSubmission;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The bank's counter. */
@RestController
class BankController {
    private final BankService bank;

    BankController(BankService bank) {
        this.bank = bank;
    }

    /** @param pauseMillis stands for a slow call that an application makes; a thread waits with it */
    record TransferWish(int from, int to, long amount, int pauseMillis) {}

    record TransferDone(UUID transfer, int from, int to, long amount, String vm, Instant at) {}

    record PurchaseWish(int account, List<Line> lines) {}

    record PurchaseDone(UUID purchase, int account, long total, List<LineDone> lines, String vm) {}

    record LineDone(UUID line, String article, long price) {}

    record Balance(int account, long balance) {}

    record Refusal(String refused) {}

    @PostMapping("/transfers")
    @ResponseStatus(HttpStatus.CREATED)
    TransferDone transfer(@RequestBody TransferWish wish) {
        Transfer done = bank.transfer(wish.from(), wish.to(), wish.amount());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(wish.pauseMillis()));
        return new TransferDone(done.id(), done.fromAccount(), done.toAccount(), done.amount(), done.vm(), done.at());
    }

    @PostMapping("/purchases")
    @ResponseStatus(HttpStatus.CREATED)
    PurchaseDone purchase(@RequestBody PurchaseWish wish) {
        Purchase done = bank.purchase(wish.account(), wish.lines() == null ? List.of() : wish.lines());
        List<LineDone> lines = done.lines().stream()
                .map(line -> new LineDone(line.id(), line.article(), line.price()))
                .toList();
        return new PurchaseDone(done.id(), done.account(), done.total(), lines, done.vm());
    }

    @GetMapping("/accounts/{id}")
    Balance balance(@PathVariable("id") int id) {
        return new Balance(id, bank.balance(id));
    }

    @ExceptionHandler
    ResponseEntity<Refusal> refuse(RefusedException refused) {
        if (refused.isForGood()) {
            VmSubmission.forGood();
        }
        return ResponseEntity.status(refused.status()).body(new Refusal(refused.getMessage()));
    }
}
