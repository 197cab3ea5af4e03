package io.gemel.vm.servlet;

import io.gemel.vm.VmUnreadBody;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request carries, read once and given as often as its handling runs: bytes, the fields of a form among them, or parts, which the
 * container keeps. For one thread.
 */
final class RequestBody {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data";

    private static final byte[] NOTHING = {};

    private final byte[] mark;
    private final byte[] readable;
    private final Map<String, String[]> fields;
    private final @Nullable List<Part> parts;

    private RequestBody(byte[] mark, byte[] readable, Map<String, String[]> fields, @Nullable List<Part> parts) {
        this.mark = mark;
        this.readable = readable;
        this.fields = fields;
        this.parts = parts;
    }

    /**
     * Reads a request's body.
     *
     * @param max longest body in bytes
     * @return null for a longer one, of which up to {@link VmUnreadBody#BYTES_MAX} have been read and discarded
     */
    static @Nullable RequestBody read(HttpServletRequest request, int max) throws IOException {
        RequestBody body = request.getContentLengthLong() > max ? null : readUpTo(request, max);
        if (body == null) {
            VmUnreadBody.discard(request.getInputStream());
        }
        return body;
    }

    private static @Nullable RequestBody readUpTo(HttpServletRequest request, int max) throws IOException {
        if (isOf(request, MULTIPART)) {
            List<Part> parts = partsOf(request);
            if (parts != null) {
                byte[] all = bytesOf(parts);
                return all.length > max ? null : new RequestBody(all, NOTHING, Map.of(), parts);
            }
        }
        byte[] bytes = request.getInputStream().readNBytes(max + 1);
        if (bytes.length > max) {
            return null;
        }
        if (!isOf(request, FORM) || !request.getMethod().equals("POST")) {
            return new RequestBody(bytes, bytes, Map.of(), null);
        }
        // What a filter has read by now, the container has the fields of.
        return bytes.length == 0
                ? new RequestBody(describe(request.getParameterMap()), NOTHING, Map.of(), null)
                : new RequestBody(bytes, bytes, fieldsOf(bytes, charset(request)), null);
    }

    /** Distinguishes two requests: the bytes, unless only the container has read them. */
    byte[] mark() {
        return mark;
    }

    /** The fields of a form that the container does not know; without those of the query. */
    Map<String, String[]> fields() {
        return fields;
    }

    boolean hasParts() {
        return parts != null;
    }

    List<Part> parts() {
        return parts == null ? List.of() : parts;
    }

    ServletInputStream stream() {
        return new Bytes(readable);
    }

    private static boolean isOf(HttpServletRequest request, String type) {
        String actual = request.getContentType();
        return actual != null && actual.toLowerCase(Locale.ROOT).startsWith(type);
    }

    private static Charset charset(HttpServletRequest request) {
        String name = request.getCharacterEncoding();
        return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
    }

    private static Map<String, String[]> fieldsOf(byte[] form, Charset charset) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String pair : new String(form, charset).split("&", -1)) {
            int end = pair.indexOf('=');
            String name = end < 0 ? pair : pair.substring(0, end);
            if (!name.isEmpty()) {
                fields.computeIfAbsent(decode(name, charset), none -> new ArrayList<>())
                        .add(end < 0 ? "" : decode(pair.substring(end + 1), charset));
            }
        }
        Map<String, String[]> arrays = new LinkedHashMap<>();
        fields.forEach((name, values) -> arrays.put(name, values.toArray(String[]::new)));
        return arrays;
    }

    private static String decode(String text, Charset charset) {
        try {
            return URLDecoder.decode(text, charset);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static byte[] describe(Map<String, String[]> fields) {
        StringBuilder text = new StringBuilder();
        fields.forEach((name, values) ->
                text.append(name).append('=').append(Arrays.toString(values)).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Null when the container makes no parts of it: then the application does, or the body is refused when it tries. */
    private static @Nullable List<Part> partsOf(HttpServletRequest request) throws IOException {
        try {
            return request.getParts().stream().map(RequestBody::undeletable).toList();
        } catch (ServletException | IllegalStateException e) {
            return null;
        }
    }

    /** Spring deletes the parts after each run. The container does at the end of the request. */
    private static Part undeletable(Part part) {
        return (Part) Proxy.newProxyInstance(
                RequestBody.class.getClassLoader(), new Class<?>[] {Part.class}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("delete") ? null : method.invoke(part, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    /** Without what differs each time that a client sends the same: the boundary. */
    private static byte[] bytesOf(List<Part> parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Part part : parts) {
            String head = part.getName() + "\n" + part.getSubmittedFileName() + "\n" + part.getContentType() + "\n"
                    + part.getSize() + "\n";
            all.write(head.getBytes(StandardCharsets.UTF_8));
            try (InputStream content = part.getInputStream()) {
                content.transferTo(all);
            }
        }
        return all.toByteArray();
    }

    /** Bytes as a servlet reads them. */
    private static final class Bytes extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        private Bytes(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return bytes.read(into, offset, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("a submission is handled at once");
        }
    }
}
