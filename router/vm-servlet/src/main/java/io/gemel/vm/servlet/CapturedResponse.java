package io.gemel.vm.servlet;

import io.gemel.vm.Answer;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the application answers in one run. Nothing of it reaches the client before it is known what became of the submission. For one thread.
 */
final class CapturedResponse extends HttpServletResponseWrapper {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CONTENT_LENGTH = "Content-Length";
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final CapturedBody body;
    private final CapturedHeaders headers = new CapturedHeaders();
    private int status = SC_OK;
    private boolean ended;
    private @Nullable String errorMessage;
    private @Nullable String contentType;
    private @Nullable String encoding;
    private boolean streamed;
    private @Nullable PrintWriter writer;

    /** @param bodyMax longest body that is kept, and one byte more */
    CapturedResponse(HttpServletResponse response, int bodyMax) {
        super(response);
        this.body = new CapturedBody(bodyMax + 1);
    }

    /**
     * What was answered.
     *
     * @throws IllegalArgumentException when it cannot be an answer
     */
    Answer answer() {
        if (errorMessage != null) {
            return headers.keptWith(
                    errorMessage.isEmpty() ? Answer.of(status) : Answer.of(status, "text/plain", errorMessage + "\n"));
        }
        if (writer != null) {
            writer.flush();
        }
        String type = typeWithCharset();
        byte[] bytes = body.toByteArray();
        return headers.keptWith(
                type == null && bytes.length == 0
                        ? Answer.of(status)
                        : Answer.of(status, type == null ? "application/octet-stream" : type, bytes));
    }

    /** Sends the client what belongs to this answer and is not kept with it, before the answer itself. */
    void sendOthersTo(HttpServletResponse client) {
        headers.sendOthersTo(client);
    }

    /** What an error was sent with, which the container shows a page for; null when none was. What is kept of it is this text. */
    @Nullable
    String errorMessage() {
        return errorMessage;
    }

    private @Nullable String typeWithCharset() {
        String type = contentType;
        boolean without = type != null && !type.toLowerCase(Locale.ROOT).contains("charset=");
        return without && (encoding != null || writer != null) ? type + ";charset=" + getCharacterEncoding() : type;
    }

    // Status and end

    @Override
    public void setStatus(int code) {
        if (!ended) {
            status = code;
        }
    }

    @Override
    public int getStatus() {
        return status;
    }

    @Override
    public void sendError(int code) {
        sendError(code, "");
    }

    @Override
    public void sendError(int code, @Nullable String message) {
        requireNotEnded();
        resetBuffer();
        status = code;
        errorMessage = message == null ? "" : message;
        ended = true;
    }

    @Override
    public void sendRedirect(String location) {
        requireNotEnded();
        resetBuffer();
        setHeader("Location", location);
        status = SC_FOUND;
        ended = true;
    }

    @Override
    public boolean isCommitted() {
        return ended;
    }

    private void requireNotEnded() {
        if (ended) {
            throw new IllegalStateException("the answer has ended");
        }
    }

    // Headers

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (!isSpecial(name, value) && !ended) {
            headers.set(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (!isSpecial(name, value) && !ended && value != null) {
            headers.add(name, value);
        }
    }

    private boolean isSpecial(String name, @Nullable String value) {
        if (name.equalsIgnoreCase(CONTENT_TYPE)) {
            setContentType(value);
            return true;
        }
        return name.equalsIgnoreCase(CONTENT_LENGTH);
    }

    @Override
    public void setIntHeader(String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    @Override
    public void setDateHeader(String name, long millis) {
        setHeader(name, date(millis));
    }

    @Override
    public void addDateHeader(String name, long millis) {
        addHeader(name, date(millis));
    }

    private static String date(long millis) {
        return DATE.format(Instant.ofEpochMilli(millis));
    }

    @Override
    public boolean containsHeader(String name) {
        return getHeader(name) != null;
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (name.equalsIgnoreCase(CONTENT_TYPE)) {
            return contentType;
        }
        List<String> own = headers.get(name);
        return own == null ? super.getHeader(name) : own.get(0);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        List<String> own = headers.get(name);
        return own == null ? super.getHeaders(name) : List.copyOf(own);
    }

    @Override
    public Collection<String> getHeaderNames() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(super.getHeaderNames());
        names.addAll(headers.names());
        return names;
    }

    @Override
    public void addCookie(Cookie cookie) {
        headers.add(cookie);
    }

    // Body

    @Override
    public CapturedBody getOutputStream() {
        if (writer != null) {
            throw new IllegalStateException("the answer is written with a writer");
        }
        streamed = true;
        return body;
    }

    @Override
    public PrintWriter getWriter() {
        PrintWriter current = writer;
        if (streamed) {
            throw new IllegalStateException("the answer is written as a stream");
        }
        if (current == null) {
            current = new PrintWriter(new OutputStreamWriter(body, Charset.forName(getCharacterEncoding())));
            writer = current;
        }
        return current;
    }

    @Override
    public @Nullable String getContentType() {
        return typeWithCharset();
    }

    @Override
    public void setContentType(@Nullable String type) {
        if (!ended) {
            contentType = type;
        }
    }

    @Override
    public String getCharacterEncoding() {
        if (encoding != null) {
            return encoding;
        }
        String type = contentType == null ? "" : contentType;
        int at = type.toLowerCase(Locale.ROOT).indexOf("charset=");
        return at < 0
                ? super.getCharacterEncoding()
                : type.substring(at + "charset=".length())
                        .split(";", 2)[0]
                        .replace("\"", "")
                        .strip();
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        encoding = charset;
    }

    /** The length is that of what was written. */
    @Override
    public void setContentLength(int length) {}

    @Override
    public void setContentLengthLong(long length) {}

    @Override
    public void flushBuffer() {
        if (writer != null) {
            writer.flush();
        }
    }

    @Override
    public void resetBuffer() {
        writer = null;
        streamed = false;
        body.reset();
    }

    @Override
    public void reset() {
        resetBuffer();
        headers.clear();
        status = SC_OK;
        ended = false;
        errorMessage = null;
        contentType = null;
        encoding = null;
    }
}
