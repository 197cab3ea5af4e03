package io.gemel.capture.postgres;

import io.gemel.transaction.LargeText;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the server sends, with tokens instead of the large values of rows: PostgreSQL's driver needs an array as long as a message, and
 * Debezium two more, before anybody could say that it is too large. Everything else passes as it is. Streaming thread only.
 */
final class PostgresLogInput extends InputStream {
    /** Longest message that passes without a look at it. */
    static final int MESSAGE_MAX = LargeText.BYTES_MIN;

    /** How long the rest of a message may take to come, piece by piece. */
    private static final int SILENCE_MILLIS = 60_000;

    private static final int BUFFER = 1 << 16;
    private static final int FRAME = 5; // its kind and length
    private static final int LENGTH = 4;
    private static final int COPIED = 'd';
    private static final int LOGGED = 'w';
    private static final int POSITIONS = 24;
    private static final int BEGINNING = 1 + POSITIONS + 1;
    private static final int KEPT_OF_DROPPED = 1 << 10; // shorter values, keys among them, are kept

    private final Socket socket;
    private final InputStream input;
    private final PostgresLargeValues large;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private ByteBuffer ready = ByteBuffer.allocate(0); // goes out before what is in the buffer
    private long passing; // bytes of the message that are still to go out as they are

    PostgresLogInput(Socket socket, PostgresLargeValues large) throws IOException {
        this.socket = socket;
        this.input = socket.getInputStream();
        this.large = large;
    }

    /** Waits until something is there to be read, for as long at most; returns whether it is. */
    boolean await(int millis) throws IOException {
        if (available() > 0) {
            return true;
        }
        int timeout = socket.getSoTimeout();
        socket.setSoTimeout(millis);
        try {
            return fill(1);
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(timeout);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int more = done == 0 || isThere() ? pass(target, from + done, length - done, done == 0) : 0;
            if (more <= 0) {
                return done == 0 ? more : done;
            }
            done += more;
        }
        return done;
    }

    private boolean isThere() {
        return ready.hasRemaining() || (passing > 0 ? end > at : end - at >= FRAME);
    }

    /** @param first whether nothing was read before: only then is a large row read, so that those before it are dealt with */
    private int pass(byte[] target, int from, int length, boolean first) throws IOException {
        if (!ready.hasRemaining() && passing == 0) {
            if (!fill(FRAME)) {
                return -1;
            }
            int size = ByteBuffer.wrap(buffer, at + 1, LENGTH).getInt();
            if (buffer[at] == COPIED && size > MESSAGE_MAX) {
                if (!first) {
                    return 0;
                }
                takeOut(size);
            } else {
                passing = 1L + size;
            }
        }
        if (ready.hasRemaining()) {
            int more = Math.min(length, ready.remaining());
            ready.get(target, from, more);
            return more;
        }
        if (!fill(1)) {
            return -1;
        }
        int more = (int) Math.min(Math.min(length, passing), end - at);
        System.arraycopy(buffer, at, target, from, more);
        at += more;
        passing -= more;
        return more;
    }

    /** Has as many bytes in the buffer; false at the end. Nothing is lost when this times out. */
    private boolean fill(int count) throws IOException {
        while (end - at < count) {
            System.arraycopy(buffer, at, buffer, 0, end - at);
            end -= at;
            at = 0;
            int more = input.read(buffer, end, BUFFER - end);
            if (more < 0) {
                return false;
            }
            end += more;
        }
        return true;
    }

    private void takeOut(int size) throws IOException {
        int timeout = socket.getSoTimeout();
        socket.setSoTimeout(SILENCE_MILLIS);
        try {
            need(FRAME + BEGINNING);
            int kind = buffer[at + FRAME + BEGINNING - 1];
            if (buffer[at + FRAME] != LOGGED || (kind != 'I' && kind != 'U' && kind != 'D')) {
                passing = 1L + size;
                return;
            }
            large.clear();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream message = new DataOutputStream(bytes);
            copy(message, FRAME + BEGINNING);
            long left = size - (long) LENGTH - BEGINNING;
            new Row(message, left).copy(kind);
            byte[] whole = bytes.toByteArray();
            ready = ByteBuffer.wrap(whole).putInt(1, whole.length - 1);
            ready.rewind();
        } catch (SocketTimeoutException e) {
            large.clear();
            throw new IOException(
                    "the server has not sent the rest of a row within " + SILENCE_MILLIS / 1_000 + " s", e);
        } catch (IOException e) {
            large.clear();
            throw e;
        } finally {
            socket.setSoTimeout(timeout);
        }
    }

    private void need(int count) throws IOException {
        if (!fill(count)) {
            throw new EOFException("the server has ended in the middle of a row");
        }
    }

    private void copy(DataOutputStream message, int count) throws IOException {
        need(count);
        message.write(buffer, at, count);
        at += count;
    }

    /** A row of the log, from the number of its table on. */
    private final class Row {
        private final DataOutputStream message;
        private long left;

        Row(DataOutputStream message, long left) {
            this.message = message;
            this.left = left;
        }

        void copy(int kind) throws IOException {
            pass(Integer.BYTES);
            int image = pass(1);
            tuple();
            if (kind == 'U' && image != 'N') {
                pass(1);
                tuple();
            }
            if (left != 0) {
                throw new IOException("a row of the database's log is " + left + " bytes longer than its values");
            }
        }

        /** Copies at most an int, and returns its last byte. */
        private int pass(int count) throws IOException {
            PostgresLogInput.this.copy(message, count);
            left -= count;
            return buffer[at - 1];
        }

        private int number(int bytes) throws IOException {
            need(bytes);
            int number = bytes == Short.BYTES
                    ? ByteBuffer.wrap(buffer, at, bytes).getShort()
                    : ByteBuffer.wrap(buffer, at, bytes).getInt();
            at += bytes;
            left -= bytes;
            return number;
        }

        private void tuple() throws IOException {
            int columns = number(Short.BYTES);
            message.writeShort(columns);
            for (int i = 0; i < columns; i++) {
                int kind = pass(1);
                if (kind == 't' || kind == 'b') {
                    value(number(Integer.BYTES));
                }
            }
        }

        private void value(int length) throws IOException {
            if (length >= LargeText.BYTES_MIN) {
                token(take(length));
            } else if (length <= KEPT_OF_DROPPED || large.room() >= length) {
                large.count(length);
                message.writeInt(length);
                each(length, message::write);
            } else {
                each(length, (bytes, from, count) -> {});
                token(large.drop(length));
            }
        }

        private void token(String text) throws IOException {
            byte[] token = text.getBytes(StandardCharsets.UTF_8);
            message.writeInt(token.length);
            message.write(token);
        }

        private void each(int length, Piece piece) throws IOException {
            int done = 0;
            while (done < length) {
                need(1);
                int more = Math.min(length - done, end - at);
                piece.take(buffer, at, more);
                at += more;
                done += more;
            }
            left -= length;
        }

        private void await(long held) throws IOException {
            try {
                large.await(held);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while a row was read", e);
            }
        }

        private String take(int length) throws IOException {
            LargeText.Builder builder = new LargeText.Builder();
            long[] dropped = {0};
            each(length, (bytes, from, count) -> {
                builder.append(bytes, from, count);
                await(builder.held());
                if (builder.held() > Math.max(large.room(), LargeText.BYTES_MIN)) {
                    dropped[0] += builder.forget();
                }
            });
            return dropped[0] == 0 && large.room() >= 0
                    ? large.keep(builder.end())
                    : large.drop(dropped[0] + builder.forget());
        }
    }

    private interface Piece {
        void take(byte[] bytes, int from, int count) throws IOException;
    }

    @Override
    public int available() throws IOException {
        return ready.remaining() + (end - at) + input.available();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
