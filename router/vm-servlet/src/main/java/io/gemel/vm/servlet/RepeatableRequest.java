package io.gemel.vm.servlet;

import io.gemel.vm.Vm;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request whose handling can run again: the body, the fields of a form and the parts of an upload are there each time, and what one run left
 * in the attributes is not. For one thread.
 */
final class RepeatableRequest extends HttpServletRequestWrapper {
    private static final String ASYNC =
            "asynchronous handling (startAsync, Callable, DeferredResult, SseEmitter, StreamingResponseBody) is"
                    + " rejected in a submission: its answer is stored with its writes, on one thread and in one"
                    + " transaction. Answer synchronously, or remove the path from the VM's submissions"
                    + " (gemel.vm.submissions)";

    private static final String UPGRADE =
            "a submission has one answer, which is stored: its connection cannot be upgraded";

    private final Vm vm;
    private final RequestBody body;
    private final Map<String, Object> attributes = new HashMap<>();
    private @Nullable ServletInputStream stream;
    private @Nullable BufferedReader reader;

    RepeatableRequest(HttpServletRequest request, Vm vm, RequestBody body) {
        super(request);
        this.vm = vm;
        this.body = body;
        Collections.list(request.getAttributeNames()).forEach(name -> attributes.put(name, request.getAttribute(name)));
    }

    /** Makes the request what it was before the last run. */
    void rewind() {
        stream = null;
        reader = null;
        Collections.list(getAttributeNames()).stream()
                .filter(name -> !attributes.containsKey(name))
                .forEach(this::removeAttribute);
        attributes.forEach((name, value) -> {
            if (getAttribute(name) != value) {
                setAttribute(name, value);
            }
        });
    }

    /** An error page is shown as the container would show it. */
    @Override
    public DispatcherType getDispatcherType() {
        return getAttribute(RequestDispatcher.ERROR_STATUS_CODE) == null
                ? super.getDispatcherType()
                : DispatcherType.ERROR;
    }

    @Override
    public ServletInputStream getInputStream() {
        ServletInputStream current = stream;
        if (current == null) {
            current = body.stream();
            stream = current;
        }
        return current;
    }

    @Override
    public BufferedReader getReader() {
        BufferedReader current = reader;
        if (current == null) {
            String encoding = getCharacterEncoding();
            current = new BufferedReader(new InputStreamReader(
                    getInputStream(), encoding == null ? StandardCharsets.ISO_8859_1 : Charset.forName(encoding)));
            reader = current;
        }
        return current;
    }

    @Override
    public Collection<Part> getParts() throws IOException, ServletException {
        return body.hasParts() ? body.parts() : super.getParts();
    }

    @Override
    public @Nullable Part getPart(String name) throws IOException, ServletException {
        for (Part part : getParts()) {
            if (name.equals(part.getName())) {
                return part;
            }
        }
        return null;
    }

    @Override
    public @Nullable String getParameter(String name) {
        String[] values = getParameterValues(name);
        return values == null || values.length == 0 ? null : values[0];
    }

    /** Those of the query come before those of the body. */
    @Override
    public String @Nullable [] getParameterValues(String name) {
        String[] query = super.getParameterValues(name);
        String[] fields = body.fields().get(name);
        if (query == null || fields == null) {
            return query == null ? fields : query;
        }
        String[] all = Arrays.copyOf(query, query.length + fields.length);
        System.arraycopy(fields, 0, all, query.length, fields.length);
        return all;
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        Map<String, String[]> all = new LinkedHashMap<>(super.getParameterMap());
        body.fields().keySet().forEach(name -> {
            String[] values = getParameterValues(name);
            if (values != null) {
                all.put(name, values);
            }
        });
        return Collections.unmodifiableMap(all);
    }

    @Override
    public AsyncContext startAsync() {
        throw vm.refusal(ASYNC);
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        throw vm.refusal(ASYNC);
    }

    @Override
    public <T extends HttpUpgradeHandler> T upgrade(Class<T> handler) {
        throw vm.refusal(UPGRADE);
    }
}
