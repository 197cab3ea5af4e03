package io.gemel.vm.servlet;

import io.gemel.vm.Answer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the application answers in one run. Nothing of it reaches the client before it is known what became of the submission. For one thread.
 */
final class CapturedResponse extends HttpServletResponseWrapper {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CONTENT_LENGTH = "Content-Length";

    private final CapturedBody body;
    private final CapturedHeaders headers = new CapturedHeaders();
    private final CapturedStatus status = new CapturedStatus();
    private final CapturedType type;
    private @Nullable Locale locale;

    /** @param bodyMax longest body that is kept, and one byte more */
    CapturedResponse(HttpServletResponse response, int bodyMax) {
        super(response);
        this.body = new CapturedBody(bodyMax + 1);
        this.type = new CapturedType(response.getCharacterEncoding());
    }

    /**
     * What was answered.
     *
     * @throws IllegalArgumentException when it cannot be an answer
     */
    Answer answer() {
        String error = status.errorMessage();
        if (error != null) {
            return headers.keptWith(
                    error.isEmpty() ? Answer.of(status.code()) : Answer.of(status.code(), "text/plain", error + "\n"));
        }
        String told = type.withCharset();
        byte[] bytes = body.toByteArray();
        return headers.keptWith(
                told == null && bytes.length == 0
                        ? Answer.of(status.code())
                        : Answer.of(status.code(), told == null ? "application/octet-stream" : told, bytes));
    }

    /** Sends the client what belongs to this answer and is not kept with it, before the answer itself. */
    void sendOthersTo(HttpServletResponse client) {
        headers.sendOthersTo(client);
    }

    /** What an error was sent with, which the container shows a page for; null when none was. What is kept of it is this text. */
    @Nullable
    String errorMessage() {
        return status.errorMessage();
    }

    // Status and end

    @Override
    public void setStatus(int code) {
        status.set(code);
    }

    @Override
    public int getStatus() {
        return status.code();
    }

    @Override
    public void sendError(int code) {
        sendError(code, "");
    }

    @Override
    public void sendError(int code, @Nullable String message) {
        status.requireNotEnded();
        resetBuffer();
        status.endWithError(code, message == null ? "" : message);
    }

    @Override
    public void sendRedirect(String location) {
        sendRedirect(location, SC_FOUND, true);
    }

    @Override
    public void sendRedirect(String location, int code) {
        sendRedirect(location, code, true);
    }

    @Override
    public void sendRedirect(String location, boolean clearBuffer) {
        sendRedirect(location, SC_FOUND, clearBuffer);
    }

    /** Servlet 6.1, as the two before it. */
    @Override
    public void sendRedirect(String location, int code, boolean clearBuffer) {
        status.requireNotEnded();
        if (clearBuffer) {
            resetBuffer();
        }
        setHeader("Location", location);
        status.end(code);
    }

    @Override
    public boolean isCommitted() {
        return status.isEnded();
    }

    // Headers

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (!isSpecial(name, value) && !status.isEnded()) {
            headers.set(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (!isSpecial(name, value) && !status.isEnded() && value != null) {
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
        setHeader(name, CapturedHeaders.date(millis));
    }

    @Override
    public void addDateHeader(String name, long millis) {
        addHeader(name, CapturedHeaders.date(millis));
    }

    @Override
    public boolean containsHeader(String name) {
        return getHeader(name) != null;
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (name.equalsIgnoreCase(CONTENT_TYPE)) {
            return type.withCharset();
        }
        List<String> own = headers.get(name);
        return own == null ? super.getHeader(name) : own.get(0);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        String told = type.withCharset();
        if (name.equalsIgnoreCase(CONTENT_TYPE)) {
            return told == null ? List.of() : List.of(told);
        }
        List<String> own = headers.get(name);
        return own == null ? super.getHeaders(name) : List.copyOf(own);
    }

    @Override
    public Collection<String> getHeaderNames() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(super.getHeaderNames());
        names.addAll(headers.names());
        if (type.withCharset() != null) {
            names.add(CONTENT_TYPE);
        }
        return names;
    }

    @Override
    public void addCookie(Cookie cookie) {
        headers.add(cookie);
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> fields) {
        headers.setTrailers(fields);
    }

    // Body

    @Override
    public ServletOutputStream getOutputStream() {
        return body.stream();
    }

    @Override
    public PrintWriter getWriter() {
        PrintWriter writer = body.writer(Charset.forName(type.charset()));
        type.fix();
        return writer;
    }

    @Override
    public @Nullable String getContentType() {
        return type.withCharset();
    }

    @Override
    public void setContentType(@Nullable String value) {
        if (!status.isEnded()) {
            type.setType(value);
        }
    }

    @Override
    public String getCharacterEncoding() {
        return type.charset();
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        if (!status.isEnded()) {
            type.setCharset(charset);
        }
    }

    /** Servlet 6.1. */
    @Override
    public void setCharacterEncoding(Charset charset) {
        setCharacterEncoding(charset.name());
    }

    @Override
    public void setLocale(Locale value) {
        if (!status.isEnded()) {
            locale = value;
        }
        setHeader("Content-Language", value.toLanguageTag());
    }

    @Override
    public @Nullable Locale getLocale() {
        return locale == null ? super.getLocale() : locale;
    }

    /** The length is that of what was written. */
    @Override
    public void setContentLength(int length) {}

    @Override
    public void setContentLengthLong(long length) {}

    /** Nothing reaches the client yet. */
    @Override
    public void flushBuffer() {}

    @Override
    public void resetBuffer() {
        body.clear();
    }

    @Override
    public void reset() {
        body.reset();
        headers.clear();
        status.clear();
        locale = null;
        type.clear();
    }
}
