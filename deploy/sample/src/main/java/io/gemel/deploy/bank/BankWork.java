package io.gemel.deploy.bank;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gemel.vm.Answer;
import io.gemel.vm.DerivedIds;
import io.gemel.vm.VmHandler;
import io.gemel.vm.VmRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the bank does with a submission, inside the transaction that claimed its key. Rows get ids derived from the key, so that a
 * submission which runs again makes the same rows. Stateless; any thread.
 */
final class BankWork implements VmHandler.Application {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/json";
    private static final String DEBIT =
            "UPDATE account SET balance = balance - ?, version = version + 1 WHERE id = ? AND balance >= ? RETURNING balance";
    private static final String CREDIT =
            "UPDATE account SET balance = balance + ?, version = version + 1 WHERE id = ? RETURNING balance";

    private final String site;
    private final String vm;

    BankWork(String site, String vm) {
        this.site = site;
        this.vm = vm;
    }

    @Override
    public Answer answer(VmRequest request, Connection connection) throws SQLException {
        if (!request.method().equals("POST")) {
            return refusal(405, "only POST changes anything");
        }
        JsonNode wish;
        try {
            wish = JSON.readTree(request.body());
        } catch (JsonProcessingException e) {
            return refusal(400, "the body is no JSON");
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory cannot fail to be read", e);
        }
        String key = request.submission().key();
        return switch (request.path()) {
            case "/transfers" -> transfer(key, wish, connection);
            case "/purchases" -> purchase(key, wish, connection);
            default -> refusal(404, "see /transfers and /purchases");
        };
    }

    /** Moves money from one account to another. */
    private Answer transfer(String key, JsonNode wish, Connection connection) throws SQLException {
        int from = wish.path("from").asInt();
        int to = wish.path("to").asInt();
        long amount = wish.path("amount").asLong();
        if (amount <= 0 || from == to) {
            return refusal(400, "a transfer has a positive amount, and two accounts");
        }
        // Locked in the order of their numbers, so that two transfers never wait for each other.
        boolean debited = from < to && debit(connection, from, amount);
        if (from < to && !debited) {
            return refusal(409, "account " + from + " has not got " + amount);
        }
        if (!credit(connection, to, amount)) {
            // It may have been opened at the other site a moment ago.
            return answer(404, "there is no account " + to);
        }
        if (!debited && !debit(connection, from, amount)) {
            return refusal(409, "account " + from + " has not got " + amount);
        }
        UUID id = DerivedIds.uuid(key, 0);
        Instant at = Instant.now();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setObject(1, id);
            insert.setInt(2, from);
            insert.setInt(3, to);
            insert.setLong(4, amount);
            insert.setString(5, vm);
            insert.setObject(6, OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
            insert.executeUpdate();
        }
        takeEffect(connection, key);
        pause(wish);
        ObjectNode said = JSON.createObjectNode();
        said.put("transfer", id.toString()).put("amount", amount).put("vm", vm).put("at", at.toString());
        return Answer.of(201, JSON_TYPE, said.toString());
    }

    /** Buys articles, each a row that refers to the purchase's. */
    private Answer purchase(String key, JsonNode wish, Connection connection) throws SQLException {
        int account = wish.path("account").asInt();
        long total = 0;
        for (JsonNode line : wish.path("lines")) {
            total += line.path("price").asLong();
        }
        if (total <= 0) {
            return refusal(400, "a purchase has lines with prices");
        }
        if (!debit(connection, account, total)) {
            return refusal(409, "account " + account + " has not got " + total);
        }
        UUID id = DerivedIds.uuid(key, 0);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO purchase VALUES (?, ?, ?, ?)")) {
            insert.setObject(1, id);
            insert.setInt(2, account);
            insert.setLong(3, total);
            insert.setString(4, vm);
            insert.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO purchase_line VALUES (?, ?, ?, ?)")) {
            int number = 1;
            for (JsonNode line : wish.path("lines")) {
                insert.setObject(1, DerivedIds.uuid(key, number++));
                insert.setObject(2, id);
                insert.setString(3, line.path("article").asText());
                insert.setLong(4, line.path("price").asLong());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        takeEffect(connection, key);
        ObjectNode said = JSON.createObjectNode();
        said.put("purchase", id.toString()).put("total", total).put("vm", vm);
        return Answer.of(201, JSON_TYPE, said.toString());
    }

    /** Stands for a slow call that an application makes; a thread and a connection wait with it. */
    private static void pause(JsonNode wish) {
        LockSupport.parkNanos(
                TimeUnit.MILLISECONDS.toNanos(wish.path("pauseMillis").asInt()));
    }

    private static boolean debit(Connection connection, int account, long amount) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(DEBIT)) {
            update.setLong(1, amount);
            update.setInt(2, account);
            update.setLong(3, amount);
            return changedOne(update);
        }
    }

    private static boolean credit(Connection connection, int account, long amount) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(CREDIT)) {
            update.setLong(1, amount);
            update.setInt(2, account);
            return changedOne(update);
        }
    }

    private static boolean changedOne(PreparedStatement update) throws SQLException {
        try (ResultSet row = update.executeQuery()) {
            return row.next();
        }
    }

    private void takeEffect(Connection connection, String key) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO effect (key, site, vm) VALUES (?, ?, ?)")) {
            insert.setString(1, key);
            insert.setString(2, site);
            insert.setString(3, vm);
            insert.executeUpdate();
        }
    }

    private static Answer refusal(int status, String why) {
        return answer(status, why).forGood();
    }

    private static Answer answer(int status, String why) {
        return Answer.of(
                status, JSON_TYPE, JSON.createObjectNode().put("refused", why).toString());
    }
}
