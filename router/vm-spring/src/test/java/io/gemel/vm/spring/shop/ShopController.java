package io.gemel.vm.spring.shop;

import io.gemel.vm.servlet.VmSubmission;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

/** What the shop's clients ask for. */
@RestController
@RequestMapping("/shop")
class ShopController {
    private final ShopService shop;
    private final Records records;
    private final JdbcTemplate jdbc;
    private final DSLContext dsl;
    private final JdbcTemplate archive;

    ShopController(
            ShopService shop,
            Records records,
            JdbcTemplate jdbc,
            DSLContext dsl,
            @Qualifier("archive") DataSource archive) {
        this.shop = shop;
        this.records = records;
        this.jdbc = jdbc;
        this.dsl = dsl;
        this.archive = new JdbcTemplate(archive);
    }

    record Order(@NotBlank String article) {}

    /** An error that the application makes an answer of. */
    static final class Sold extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @ExceptionHandler
    ResponseEntity<String> sold(Sold sold) {
        return ResponseEntity.status(HttpStatus.CONFLICT)
                .header("X-Sold", "out")
                .body("sold out");
    }

    @PostMapping("/orders")
    ResponseEntity<Map<String, Object>> order(@Valid @RequestBody Order order, HttpServletResponse response) {
        UUID id = shop.place(order.article());
        response.addCookie(new Cookie("cart", "empty"));
        return ResponseEntity.created(URI.create("/shop/orders/" + id)).body(Map.of("id", id));
    }

    /** Long after the service has committed, as the service sees it. */
    @PostMapping("/slow-orders")
    String slowly(@RequestParam("article") String article, @RequestParam("seconds") long seconds)
            throws InterruptedException {
        shop.place(article);
        TimeUnit.SECONDS.sleep(seconds);
        return "placed";
    }

    @PostMapping("/second-choice")
    String secondChoice(@RequestParam("article") String article) {
        try {
            shop.placeAndFail(article);
        } catch (IllegalStateException e) {
            shop.place("not " + article);
        }
        return "placed";
    }

    @PostMapping("/stock")
    String stock(@RequestParam("id") int id) {
        return "left: " + shop.take(id);
    }

    @PostMapping("/upload")
    String upload(@RequestParam("file") MultipartFile file, @RequestParam("id") int id) throws IOException {
        return new String(file.getBytes(), StandardCharsets.UTF_8) + " " + shop.take(id);
    }

    @PostMapping("/records")
    String records(@RequestParam("article") String article, @RequestParam("careful") boolean careful) {
        shop.placeWithRecord(article, careful);
        return "placed";
    }

    @PostMapping("/parts")
    String parts(@RequestParam("article") String article) {
        records.whole(article);
        return "placed";
    }

    @PostMapping("/archive")
    String archive(@RequestParam("article") String article) {
        shop.place(article);
        try {
            archive.update("INSERT INTO note VALUES (77, ?)", article);
        } catch (RuntimeException e) {
            return "placed, not archived";
        }
        return "placed and archived";
    }

    @PostMapping("/duplicates")
    String duplicates() {
        jdbc.update("INSERT INTO note VALUES (1, 'first')");
        try {
            jdbc.update("INSERT INTO note VALUES (1, 'second')");
        } catch (DuplicateKeyException e) {
            jdbc.update("UPDATE note SET text = 'twice' WHERE id = 1");
        }
        return "noted";
    }

    @PostMapping("/jooq")
    String jooq() {
        dsl.execute("INSERT INTO note VALUES (10, 'kept')");
        try {
            dsl.transaction(inner -> {
                inner.dsl().execute("INSERT INTO note VALUES (11, 'taken back')");
                throw new IllegalArgumentException("no second note");
            });
        } catch (IllegalArgumentException e) {
            return "noted: " + dsl.fetchCount(DSL.table("note"));
        }
        return "noted both";
    }

    @PostMapping("/sold")
    String sold(@RequestParam(name = "forGood", defaultValue = "false") boolean forGood) {
        shop.place("sold");
        if (forGood) {
            VmSubmission.forGood();
        }
        throw new Sold();
    }

    @PostMapping("/missing")
    String missing() {
        shop.place("missing");
        throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no such shelf");
    }

    @PostMapping("/broken")
    String broken() {
        shop.place("broken");
        throw new IllegalStateException("broken");
    }

    @PostMapping("/forbidden")
    String forbidden() {
        shop.place("forbidden");
        throw new AccessDeniedException("not for you");
    }

    @PostMapping("/later")
    Callable<String> later() {
        return () -> "later";
    }

    @PostMapping("/look")
    String look() {
        return "purchases: " + shop.count();
    }

    @PostMapping("/astray")
    String astray(@RequestParam("said") boolean said) {
        if (said) {
            VmSubmission.withoutChange();
        }
        return "done";
    }

    @PostMapping("/key")
    String key(@RequestBody String body) {
        shop.place(body.length() > 20 ? "long" : body);
        return VmSubmission.current().map(submission -> submission.key()).orElse("none") + " " + body.length();
    }
}
