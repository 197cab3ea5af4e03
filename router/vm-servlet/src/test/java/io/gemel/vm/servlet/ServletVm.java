package io.gemel.vm.servlet;

import com.zaxxer.hikari.HikariDataSource;
import io.gemel.vm.DerivedIds;
import io.gemel.vm.RunningVm;
import io.gemel.vm.Vm;
import io.gemel.vm.VmConfig;
import io.gemel.vm.VmDatabase;
import io.gemel.vm.VmLimits;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import javax.sql.DataSource;

/** The application as a servlet that writes its answers as any servlet does, behind {@link VmServlets}. */
final class ServletVm implements RunningVm {
    private static final VmLimits LIMITS = VmLimits.DEFAULT.withTime(Duration.ofSeconds(20));

    private final HikariDataSource pool;
    private final ServletServer server;
    private final Vm vm;
    private VmServlets registered;

    ServletVm(ServletServer.Kind kind, VmDatabase database, String name, int databasePort, Path folder)
            throws Exception {
        pool = database.pool(name, LIMITS, databasePort);
        vm = new Vm(new VmConfig(name, "east", "host-1", List.of("/"), pool, LIMITS));
        server = kind.start("", (types, servlets) -> register(servlets), folder);
    }

    private void register(ServletContext servlets) {
        servlets.addServlet("effects", new Effects(vm.dataSource())).addMapping("/");
        servlets.addServlet("page", new Page()).addMapping("/page");
        servlets.addServlet("sorry", new Sorry()).addMapping(ServletServer.ERROR_PAGE);
        servlets.addFilter("astray", new Astray(vm.dataSource()))
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/astray/*");
        registered = VmServlets.register(servlets, vm, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public int port() {
        return server.port();
    }

    int heartbeatPort() {
        return registered.heartbeatPort();
    }

    int inFlight() {
        return vm.inFlight();
    }

    /** As {@code contextDestroyed} does; the container goes on. */
    void end() {
        registered.close();
    }

    @Override
    public void close() {
        registered.close();
        server.close();
        pool.close();
    }

    /** What nothing is upgraded to. */
    public abstract static class NoUpgrade implements HttpUpgradeHandler {}

    /** What the application forwards to. */
    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setStatus(201);
            response.setContentType("text/html");
            response.getWriter().print("<p>" + request.getAttribute("jakarta.servlet.forward.request_uri"));
        }
    }

    /** What the application shows for an error. */
    private static final class Sorry extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("sorry: " + request.getAttribute(RequestDispatcher.ERROR_EXCEPTION));
        }
    }

    /** Answers by itself, as some frameworks do. */
    private record Astray(DataSource dataSource) implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws ServletException {
            try (Connection connection = dataSource.getConnection();
                    Statement insert = connection.createStatement()) {
                insert.execute("INSERT INTO effect (key) VALUES ('astray')");
            } catch (SQLException e) {
                throw new ServletException(e);
            }
            ((HttpServletResponse) response).setStatus(Integer.parseInt(request.getParameter("status")));
        }
    }

    /** The application. */
    private static final class Effects extends HttpServlet {
        private static final long serialVersionUID = 1L;

        private final transient DataSource dataSource;

        private Effects(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            String key =
                    VmSubmission.current().map(submission -> submission.key()).orElse("");
            if (key.isEmpty()) {
                answer(response, 400, "a key is missing");
                return;
            }
            if (request.getRequestURI().equals("/nothing")) {
                response.setStatus(201);
                return;
            }
            try (Connection connection = dataSource.getConnection()) {
                handle(request, key, connection, response);
            } catch (SQLException e) {
                throw new ServletException(e);
            }
        }

        private static void handle(
                HttpServletRequest request, String key, Connection connection, HttpServletResponse response)
                throws SQLException, ServletException, IOException {
            String path = request.getRequestURI();
            if (path.equals("/look")) {
                hasCustomer(connection);
                return;
            }
            if (path.equals("/overdraw")) {
                execute(connection, "UPDATE account SET balance = balance - 1000 WHERE id = 1");
            }
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effect (key) VALUES (?)")) {
                insert.setString(1, key);
                insert.executeUpdate();
            }
            switch (path) {
                case "/created" -> {
                    response.setHeader("Location", "/effects/" + key);
                    response.setHeader("etag", "\"1\"");
                    response.setStatus(201);
                }
                case "/refuse" -> {
                    VmSubmission.forGood();
                    answer(response, 402, "not enough money");
                }
                case "/order" -> {
                    if (hasCustomer(connection)) {
                        done(response, key);
                    } else {
                        answer(response, 404, "no such customer");
                    }
                }
                case "/form" ->
                    answer(
                            response,
                            200,
                            request.getParameter("field")
                                    + request.getParameterMap().size());
                case "/missing" -> {
                    response.addHeader("X-Why", "not here");
                    response.sendError(404, "nothing here");
                }
                case "/redirect" -> response.sendRedirect("/effects/" + key);
                case "/forward" -> request.getRequestDispatcher("/page").forward(request, response);
                case "/upgrade" -> request.upgrade(NoUpgrade.class);
                case "/later" -> request.startAsync().complete();
                case "/undefined" -> throw new NoClassDefFoundError("not there");
                case "/fail" -> throw new IllegalStateException("broken");
                case "/long" -> response.getOutputStream().write(new byte[LIMITS.answerBytesMax() + 1]);
                case "/unsendable" -> response.setHeader("Location", "/\u2192");
                case "/slow" -> {
                    execute(connection, "SELECT pg_sleep(0.5)");
                    response.setStatus(201);
                }
                default -> done(response, key);
            }
        }

        private static boolean hasCustomer(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet customer = statement.executeQuery("SELECT FROM account WHERE id = 3")) {
                return customer.next();
            }
        }

        private static void done(HttpServletResponse response, String key) throws IOException {
            response.setStatus(201);
            response.setContentType("application/json");
            response.getOutputStream().print("{\"id\":\"" + DerivedIds.uuid(key, 0) + "\"}");
        }

        private static void answer(HttpServletResponse response, int status, String text) throws IOException {
            response.setStatus(status);
            response.setContentType("text/plain; charset=utf-8");
            response.getWriter().print(text);
        }

        private static void execute(Connection connection, String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }
}
