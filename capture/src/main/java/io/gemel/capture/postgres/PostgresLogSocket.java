package io.gemel.capture.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.net.Socket;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;

/** A connection's socket, encrypted or not, whose input is a {@link PostgresLogInput}. */
final class PostgresLogSocket extends Socket {
    private final Socket socket;
    private final InputStream input;

    private PostgresLogSocket(Socket socket, InputStream input) {
        this.socket = socket;
        this.input = input;
    }

    /** Puts one below a connection on which nothing is under way; returns its input. */
    static PostgresLogInput below(Connection connection, PostgresLargeValues large) throws SQLException {
        try {
            PGStream stream = stream(connection.unwrap(PgConnection.class));
            Socket socket = stream.getSocket();
            PostgresLogInput input = new PostgresLogInput(socket, large);
            stream.changeSocket(new PostgresLogSocket(socket, input));
            return input;
        } catch (IOException | ReflectiveOperationException e) {
            throw new SQLException("the replication connection cannot be read", e);
        }
    }

    /** The driver lets a socket be put in, as it does itself for TLS, but offers no access to the place where. */
    private static PGStream stream(PgConnection connection) throws ReflectiveOperationException {
        Field stream = QueryExecutorBase.class.getDeclaredField("pgStream");
        stream.setAccessible(true);
        return (PGStream) stream.get(connection.getQueryExecutor());
    }

    @Override
    public InputStream getInputStream() {
        return input;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        socket.setTcpNoDelay(on);
    }

    @Override
    public synchronized int getSendBufferSize() throws SocketException {
        return socket.getSendBufferSize();
    }

    @Override
    public synchronized void setSoTimeout(int timeout) throws SocketException {
        socket.setSoTimeout(timeout);
    }

    @Override
    public synchronized int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public synchronized void close() throws IOException {
        socket.close();
    }
}
