package io.gemel.vm.spring.shop;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A controller that makes one answer of every error. */
@RestController
class GruffController {
    private final ShopService shop;

    GruffController(ShopService shop) {
        this.shop = shop;
    }

    @ExceptionHandler
    ResponseEntity<String> sorry(Exception error) {
        return ResponseEntity.internalServerError().body("sorry");
    }

    @PostMapping("/shop/gruff/stock")
    String stock(@RequestParam("id") int id) {
        return "left: " + shop.take(id);
    }
}
