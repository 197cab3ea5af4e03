package io.gemel.vm;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The application with Gemel's library, behind the JDK's own HTTP server. */
final class JavaVm implements RunningVm {
    private static final VmLimits LIMITS = VmLimits.DEFAULT.withTime(Duration.ofSeconds(20));
    private static final int BACKLOG = 128;

    private final HikariDataSource pool;
    private final Vm vm;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(64);

    JavaVm(VmDatabase database, String name, int databasePort) throws IOException {
        pool = database.pool(name, LIMITS, databasePort);
        vm = new Vm(new VmConfig(name, "east", "host-1", List.of("/"), pool, LIMITS));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.createContext("/gemel/", VmHandler.endpoints(vm));
        server.createContext("/", VmHandler.submissions(vm, JavaVm::answer));
        server.setExecutor(threads);
        server.start();
    }

    private static Answer answer(VmRequest request, Connection connection) throws SQLException {
        if (request.path().equals("/nothing")) {
            return Answer.of(201);
        }
        if (request.path().equals("/overdraw")) {
            execute(connection, "UPDATE account SET balance = balance - 1000 WHERE id = 1");
        }
        String key = request.submission().key();
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effect (key) VALUES (?)")) {
            insert.setString(1, key);
            insert.executeUpdate();
        }
        return switch (request.path()) {
            case "/created" ->
                Answer.of(201).withHeader("Location", "/effects/" + key).withHeader("etag", "\"1\"");
            case "/refuse" -> Answer.of(402, "text/plain", "not enough money").forGood();
            case "/order" -> order(connection, key);
            case "/fail" -> throw new IllegalStateException("broken");
            case "/long" -> Answer.of(200, "application/octet-stream", new byte[LIMITS.answerBytesMax() + 1]);
            case "/unsendable" -> Answer.of(201).withHeader("Location", "/\u2192");
            case "/slow" -> {
                execute(connection, "SELECT pg_sleep(0.5)");
                yield Answer.of(201);
            }
            default -> done(key);
        };
    }

    private static Answer order(Connection connection, String key) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet customer = statement.executeQuery("SELECT FROM account WHERE id = 3")) {
            return customer.next() ? done(key) : Answer.of(404, "text/plain", "no such customer");
        }
    }

    private static Answer done(String key) {
        return Answer.of(201, "application/json", "{\"id\":\"" + DerivedIds.uuid(key, 0) + "\"}");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        vm.close();
        threads.shutdownNow();
        pool.close();
    }
}
