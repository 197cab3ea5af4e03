package io.gemel.vm.spring.shop;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.gemel.deploy.embedded.FreePorts;
import io.gemel.vm.spring.shop.ShopClient.Reply;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A Spring Boot application as a VM: each request with a key is one transaction, and the application behaves as it did. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SpringVmContract {
    private ShopDatabase database;
    private Running running;
    private ShopClient client;
    private int heartbeats;

    /** The shop, as it runs somewhere. */
    record Running(ApplicationContext context, int port, AutoCloseable end) {}

    /** Starts the application. */
    abstract Running start(String... settings) throws Exception;

    /** @param server a class with a bean that makes the web server */
    static Running embedded(Class<?> server, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "--spring.main.sources=" + server.getName();
        ConfigurableApplicationContext context = ShopApplication.start(all);
        return new Running(context, ShopSettings.port(context), context);
    }

    /** Those of another VM of the same database. */
    String[] settings(String vm) {
        return ShopSettings.of(database, vm);
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        database = ShopDatabase.start(directory);
        heartbeats = FreePorts.next();
        running = start(ShopSettings.of(database, "e1", "--gemel.vm.heartbeat.port=" + heartbeats));
        client = new ShopClient(running.port());
    }

    @AfterAll
    void stop() throws Exception {
        running.end().close();
        database.close();
    }

    @BeforeEach
    void reset() throws Exception {
        database.reset();
        ShopService.RUNS.set(0);
        ShopService.MEANWHILE.set(() -> {});
        Followers.SEEN.clear();
    }

    @Test
    void a_service_writes_in_the_submission_and_what_is_sent_again_gets_its_answer() throws Exception {
        Reply first = client.json("/shop/orders", "k", "{\"article\":\"tea\"}");
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.outcome()).isEqualTo("executed");
        assertThat(first.header("Set-Cookie")).startsWith("cart=empty");
        assertThat(first.header("X-Content-Type-Options"))
                .as("of the security filters")
                .isEqualTo("nosniff");
        Reply again = client.json("/shop/orders", "k", "{\"article\":\"tea\"}");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.outcome()).isEqualTo("replayed");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Location")).isEqualTo(first.header("Location")).startsWith("/shop/orders/");
        assertThat(again.header("Content-Type")).isEqualTo(first.header("Content-Type"));
        assertThat(again.header("Set-Cookie")).as("belongs to the first client").isEmpty();
        assertThat(database.purchases("tea")).isEqualTo(1);
        assertThat(client.json("/shop/orders", "k", "{\"article\":\"coffee\"}").status())
                .as("another request")
                .isEqualTo(422);
    }

    @Test
    void a_request_without_a_key_passes_as_it_did() throws Exception {
        Reply plain = client.json("/shop/orders", "", "{\"article\":\"tea\"}");
        assertThat(plain.status()).isEqualTo(201);
        assertThat(plain.outcome()).isEmpty();
        assertThat(client.form("/shop/later", "", "").body()).isEqualTo("later");
        assertThat(client.form("/shop/records", "", "article=tea&careful=false").status())
                .isEqualTo(200);
        assertThat(database.purchases("record of tea")).isEqualTo(1);
        assertThat(database.text("SELECT count(*) FROM gemel.submission")).isEqualTo("0");
    }

    @Test
    void a_service_that_rolls_back_takes_only_its_own_work_back() throws Exception {
        assertThat(client.form("/shop/second-choice", "k", "article=tea").outcome())
                .isEqualTo("executed");
        assertThat(database.purchases("tea")).isZero();
        assertThat(database.purchases("not tea")).isEqualTo(1);
        database.execute("TRUNCATE note");
        assertThat(client.form("/shop/duplicates", "l", "").outcome()).isEqualTo("executed");
        assertThat(database.text("SELECT text FROM note WHERE id = 1"))
                .as("a statement that fails outside of a transaction fails alone")
                .isEqualTo("twice");
        database.execute("TRUNCATE note");
        assertThat(client.form("/shop/jooq", "n", "").body()).isEqualTo("noted: 1");
        assertThat(client.form("/shop/parts", "m", "article=jam").outcome()).isEqualTo("executed");
        assertThat(database.purchases("jam")).isEqualTo(1);
        assertThat(database.purchases("part of jam")).isZero();
        assertThat(database.purchases("rest of jam")).isEqualTo(1);
    }

    @Test
    void a_refusal_takes_everything_back() throws Exception {
        Reply sold = client.form("/shop/sold", "k", "");
        assertThat(sold.status()).isEqualTo(409);
        assertThat(sold.body()).isEqualTo("sold out");
        assertThat(sold.header("X-Sold")).isEqualTo("out");
        assertThat(database.purchases("sold")).isZero();
        assertThat(sold.outcome()).isEqualTo("declined");
        assertThat(database.ledger("k")).isEqualTo("declined");

        Reply forGood = client.form("/shop/sold", "k", "forGood=true");
        assertThat(forGood.outcome()).isEqualTo("rejected");
        assertThat(client.form("/shop/sold", "k", "forGood=true").outcome()).isEqualTo("rejected");
        assertThat(database.ledger("k")).isEqualTo("rejected");
    }

    @Test
    void a_conflict_of_versions_is_tried_again_with_a_fresh_look() throws Exception {
        assertThat(conflicts(2, () -> client.form("/shop/stock", "k", "id=1")).body())
                .as("10, two that others took, and one")
                .isEqualTo("left: 7");
        assertThat(ShopService.RUNS).hasValue(3);
        assertThat(conflicts(100, () -> client.form("/shop/stock", "l", "id=1")).outcome())
                .isEqualTo("retry");
        assertThat(database.ledger("l")).isEmpty();
        assertThat(client.form("/shop/stock", "l", "id=1").outcome()).isEqualTo("executed");
    }

    @Test
    void a_conflict_is_tried_again_whatever_the_application_makes_of_errors() throws Exception {
        assertThat(conflicts(1, () -> client.form("/shop/gruff/stock", "k", "id=1"))
                        .body())
                .isEqualTo("left: 8");
        Reply sorry = client.form("/shop/gruff/stock", "l", "id=2");
        assertThat(sorry.status()).isEqualTo(500);
        assertThat(sorry.body()).isEqualTo("sorry");
        assertThat(sorry.outcome()).isEqualTo("failed");
    }

    @Test
    void what_a_filter_opened_is_laid_aside_or_refused() throws Exception {
        assertThat(conflicts(1, () -> client.form("/shop/stock", "k", "id=1", "X-Open", "context"))
                        .body())
                .as("with a persistence context of its own each time")
                .isEqualTo("left: 8");
        Reply refused = client.form("/shop/stock", "l", "id=1", "X-Open", "transaction");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.body()).contains("a filter began it");
    }

    @Test
    void an_upload_can_be_handled_again() throws Exception {
        String upload = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nbytes\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1\r\n--b--\r\n";
        assertThat(conflicts(
                                1,
                                () -> client.sending("/shop/upload", "k", "multipart/form-data; boundary=b", upload)
                                        .join())
                        .body())
                .isEqualTo("bytes 8");
        assertThat(client.sending("/shop/upload", "k", "multipart/form-data; boundary=c", upload.replace("--b", "--c"))
                        .join()
                        .outcome())
                .as("the same but for what clients choose anew each time")
                .isEqualTo("replayed");
    }

    private Reply conflicts(int times, Supplier<Reply> sending) {
        AtomicInteger left = new AtomicInteger(times);
        ShopService.MEANWHILE.set(() -> {
            if (left.getAndDecrement() > 0) {
                ShopSettings.unchecked(() ->
                        database.execute("UPDATE article SET stock = stock - 1, version = version + 1 WHERE id = 1"));
            }
        });
        try {
            return sending.get();
        } finally {
            ShopService.MEANWHILE.set(() -> {});
        }
    }

    @Test
    void a_transaction_of_its_own_is_refused_also_when_nobody_minds() throws Exception {
        for (String careful : new String[] {"false", "true"}) {
            Reply refused = client.form("/shop/records", "k", "article=tea&careful=" + careful);
            assertThat(refused.status()).isEqualTo(500);
            assertThat(refused.outcome()).isEqualTo("failed");
            assertThat(refused.body()).contains("REQUIRES_NEW", "NESTED");
        }
        assertThat(database.text("SELECT count(*) FROM purchase")).isEqualTo("0");
        assertThat(database.ledger("k")).isEmpty();
    }

    @Test
    void another_data_source_is_refused_also_when_nobody_minds() throws Exception {
        Reply refused = client.form("/shop/archive", "k", "article=tea");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.body()).contains("'archive'", "'dataSource'", "gemel.vm.data-sources-beside");
        assertThat(database.text("SELECT count(*) FROM note")).isEqualTo("0");
        assertThat(database.purchases("tea")).isZero();
        assertThat(client.form("/shop/archive", "", "article=tea").body()).isEqualTo("placed and archived");
    }

    @Test
    void what_the_application_would_show_for_an_error_is_shown() throws Exception {
        for (String path : new String[] {"/shop/missing", "/shop/broken", "/shop/orders", "/shop/nowhere"}) {
            Reply plain = client.json(path, "", "{\"article\":\"\"}");
            Reply submitted = client.json(path, "k" + path, "{\"article\":\"\"}");
            assertThat(submitted.status()).as(path).isEqualTo(plain.status()).isGreaterThanOrEqualTo(400);
            assertThat(timeless(submitted)).as(path).isEqualTo(timeless(plain)).contains("\"path\":\"" + path + "\"");
            assertThat(submitted.header("Content-Type")).as(path).isEqualTo(plain.header("Content-Type"));
            Reply again = client.json(path, "k" + path, "{\"article\":\"\"}");
            assertThat(timeless(again)).as(path).isEqualTo(timeless(plain));
        }
        assertThat(database.ledger("k/shop/missing")).isIn("rejected", "declined");
        assertThat(client.json("/shop/broken", "k/shop/broken", "{\"article\":\"\"}")
                        .outcome())
                .isEqualTo("failed");
        assertThat(database.ledger("k/shop/broken")).isEmpty();
        assertThat(database.purchases("missing")).as("but for the plain one").isEqualTo(1);
        assertThat(database.purchases("broken")).isEqualTo(1);
    }

    private static String timeless(Reply reply) {
        return reply.body().replaceAll("\"timestamp\":\"[^\"]*\"", "");
    }

    @Test
    void security_answers_before_and_what_it_makes_of_an_error_in_the_work() throws Exception {
        assertThat(client.form("/elsewhere", "k", "").status()).isEqualTo(401);
        Reply forbidden = client.form("/shop/forbidden", "k", "");
        assertThat(forbidden.outcome()).as("nothing was done").isEmpty();
        assertThat(database.ledger("k")).isEmpty();
        assertThat(database.purchases("forbidden")).isZero();
        assertThat(forbidden.status())
                .isEqualTo(client.form("/shop/forbidden", "", "").status())
                .isIn(401, 403);
    }

    @Test
    void asynchronous_handling_is_refused() throws Exception {
        Reply refused = client.form("/shop/later", "k", "");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.outcome()).isEqualTo("failed");
        assertThat(refused.body()).contains("Callable", "gemel.vm.submissions");
    }

    @Test
    void what_follows_a_commit_follows_that_of_the_submission() throws Exception {
        client.json("/shop/orders", "k", "{\"article\":\"tea\"}");
        assertThat(Followers.SEEN).containsExactly("placed tea 1");
        Followers.SEEN.clear();
        client.form("/shop/sold", "l", "");
        assertThat(Followers.SEEN).as("rolled back after its own commit").containsExactly("undone sold");
        Followers.SEEN.clear();
        client.form("/shop/second-choice", "m", "article=jam");
        assertThat(Followers.SEEN).containsExactlyInAnyOrder("undone jam", "placed not jam 1");
    }

    @Test
    void a_success_that_only_read_is_believed_and_one_that_used_no_database_must_say_so() throws Exception {
        assertThat(client.form("/shop/look", "k", "").outcome()).isEqualTo("executed");
        assertThat(client.form("/shop/look", "k", "").outcome()).isEqualTo("replayed");
        assertThat(client.form("/shop/astray", "l", "said=true").outcome()).isEqualTo("executed");
        Reply astray = client.form("/shop/astray", "m", "said=false");
        assertThat(astray.status()).isEqualTo(500);
        assertThat(astray.outcome()).isEqualTo("rejected");
    }

    @Test
    void a_body_that_is_too_long_is_refused() throws Exception {
        assertThat(client.json("/shop/key", "k", "x".repeat(1 << 20)).body()).isEqualTo("k " + (1 << 20));
        for (int tooLong : List.of((1 << 20) + 1, 1_900_000)) {
            Reply refused = client.json("/shop/key", "l", "x".repeat(tooLong));
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.outcome()).isEqualTo("rejected");
        }
        assertThat(database.purchases("long")).isEqualTo(1);
    }

    @Test
    void routers_are_answered_without_credentials_and_the_pool_is_the_vm_s() throws Exception {
        assertThat(client.get("/gemel/heartbeat").body())
                .contains("\"vm\":\"e1\"", "\"site\":\"east\"", "\"submissions\":[\"/shop\"]", "\"capacity\":6");
        client.json("/shop/orders", "k", "{\"article\":\"tea\"}");
        assertThat(client.get("/gemel/outcome/k").body()).contains("\"outcome\":\"executed\"");
        assertThat(new ShopClient(heartbeats).get("/gemel/heartbeat").body()).contains("\"open\":true");
        assertThat(client.get("/actuator").status()).isEqualTo(401);
        assertThat(running.context().getBean(DataSource.class))
                .as("keeps its class")
                .isInstanceOf(HikariDataSource.class);
        JdbcTemplate jdbc = running.context().getBean(JdbcTemplate.class);
        assertThat(jdbc.queryForObject("SHOW application_name", String.class)).isEqualTo("gemel-vm:e1");
        assertThat(jdbc.queryForObject("SHOW tcp_user_timeout", String.class)).isEqualTo("2000");
    }
}
