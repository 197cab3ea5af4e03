package io.gemel.deploy.bank;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Answers {@code GET /accounts/7}. Questions change nothing, so they need no key and no library. Any thread. */
final class BankQueries implements HttpHandler {
    private static final Pattern PATH = Pattern.compile("/accounts/(\\d{1,9})");

    private final DataSource dataSource;

    BankQueries(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
            if (!path.matches()) {
                send(exchange, 404, "{\"refused\":\"see /accounts/NUMBER\"}");
                return;
            }
            int account = Integer.parseInt(path.group(1));
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement query = connection.prepareStatement("SELECT balance FROM account WHERE id = ?")) {
                query.setInt(1, account);
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        send(exchange, 200, "{\"account\":" + account + ",\"balance\":" + row.getLong(1) + "}");
                    } else {
                        send(exchange, 404, "{\"refused\":\"there is no account " + account + "\"}");
                    }
                }
            } catch (SQLException e) {
                send(exchange, 503, "{\"failed\":\"the database does not answer\"}");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
