package io.gemel.router.client;

import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterAccessLog.Field;
import io.gemel.router.api.RouterAccessLog.Format;
import io.gemel.router.http.TlsPeer;
import io.gemel.router.report.AnswerTimes;
import io.gemel.router.request.ClientCertificate;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for each request. Whatever clients write stays in its place of its line. Any thread. */
final class AccessLog {
    private static final Logger TEXT = LoggerFactory.getLogger("io.gemel.router.access");

    /** Of its own, so that nothing is put before the line. */
    private static final Logger JSON = LoggerFactory.getLogger("io.gemel.router.access.json");

    /** What an object tells when nothing is said. */
    private static final List<Field> USUAL = List.of(
            Field.TIME,
            Field.ADDRESS,
            Field.METHOD,
            Field.PATH,
            Field.ROUTE,
            Field.STATUS,
            Field.BYTES,
            Field.MILLIS,
            Field.KEY,
            Field.OUTCOME,
            Field.ATTEMPTS,
            Field.SITE,
            Field.VM,
            Field.DURABILITY,
            Field.ID);

    /** Digits of a key's hash: enough to find one's requests. */
    private static final int HASH_LENGTH = 16;

    private final Format format;
    private final List<Field> fields;
    private final InstantSource clock;

    AccessLog(RouterAccessLog by, InstantSource clock) {
        format = by.format();
        fields = by.chosen();
        this.clock = clock;
    }

    /**
     * How a request ended.
     *
     * @param id null for what could not be read as a request, as are its method and path
     * @param path without the query, which may be private
     * @param status 0 when nothing was answered
     * @param bytes of the body
     */
    record Line(
            String address,
            @Nullable String id,
            @Nullable String method,
            @Nullable String path,
            String route,
            int status,
            long bytes,
            long micros,
            ResponseInfo info,
            More more) {
        Line(
                String address,
                String id,
                String method,
                String path,
                String route,
                int status,
                long bytes,
                long micros,
                ResponseInfo info) {
            this(address, id, method, path, route, status, bytes, micros, info, More.NONE);
        }

        /** What was refused before there was a request that could be read. */
        static Line unread(String address, int status, String termination, @Nullable TlsPeer tls) {
            More more = new More(null, null, null, null, null, 0, 0, 0, termination, tls);
            return new Line(address, null, null, null, AnswerTimes.NONE, status, 0, 0, ResponseInfo.NONE, more);
        }
    }

    /** What is told on demand. */
    record More(
            @Nullable String host,
            @Nullable String protocol,
            @Nullable String agent,
            @Nullable String referer,
            @Nullable String trace,
            long bytesIn,
            double queueMillis,
            double vmMillis,
            String termination,
            @Nullable TlsPeer tls) {
        static final More NONE = new More(null, null, null, null, null, 0, 0, 0, Passage.WHOLE, null);
    }

    /** Whether lines are written at all. */
    boolean isOn() {
        return switch (format) {
            case NONE -> false;
            case TEXT -> TEXT.isInfoEnabled();
            case JSON -> JSON.isInfoEnabled();
        };
    }

    void write(Line line) {
        switch (format) {
            case NONE -> {}
            case TEXT -> TEXT.info("{}", fields.isEmpty() ? sentence(line) : pairs(line));
            case JSON -> JSON.info("{}", json(line));
        }
    }

    private static String sentence(Line line) {
        ResponseInfo info = line.info();
        String asked = line.method() == null ? "-" : line.method() + " " + escaped(String.valueOf(line.path()));
        return line.address() + " \"" + asked + "\" " + line.status() + " "
                + line.bytes() + " " + line.micros() / 1000.0 + "ms key=" + shown(info.key()) + " outcome="
                + shown(info.outcome()) + " attempts=" + info.attempts() + " site=" + shown(info.site()) + " vm="
                + shown(info.vm()) + " durability=" + shown(info.durability()) + " id=" + shown(line.id());
    }

    private String pairs(Line line) {
        StringBuilder text = new StringBuilder();
        for (Field field : fields) {
            text.append(text.length() == 0 ? "" : " ")
                    .append(field.word())
                    .append('=')
                    .append(shown(value(field, line)));
        }
        return text.toString();
    }

    private String json(Line line) {
        JsonObject object = new JsonObject();
        for (Field field : fields.isEmpty() ? USUAL : fields) {
            object.put(field.word(), value(field, line));
        }
        return object.encode();
    }

    private @Nullable Object value(Field field, Line line) {
        ResponseInfo info = line.info();
        More more = line.more();
        return switch (field) {
            case TIME -> clock.instant().toString();
            case ADDRESS -> line.address();
            case METHOD -> line.method();
            case PATH -> line.path();
            case HOST -> more.host();
            case PROTOCOL -> more.protocol();
            case ROUTE -> line.route();
            case STATUS -> line.status();
            case BYTES -> line.bytes();
            case BYTES_IN -> more.bytesIn();
            case MILLIS -> line.micros() / 1000.0;
            case QUEUE_MILLIS -> more.queueMillis();
            case VM_MILLIS -> more.vmMillis();
            case TERMINATION -> more.termination();
            case KEY -> info.key();
            case KEY_HASH -> hash(info.key());
            case OUTCOME -> info.outcome();
            case ATTEMPTS -> info.attempts();
            case SITE -> info.site();
            case VM -> info.vm();
            case DURABILITY -> info.durability();
            case ID -> line.id();
            case TRACE -> more.trace();
            case AGENT -> more.agent();
            case REFERER -> more.referer();
            case TLS, SNI, SUBJECT, FINGERPRINT -> ofTls(field, more.tls());
        };
    }

    private static @Nullable String ofTls(Field field, @Nullable TlsPeer peer) {
        ClientCertificate certificate = peer == null ? null : peer.certificate();
        return switch (field) {
            case TLS -> peer == null ? null : peer.version();
            case SNI -> peer == null ? null : peer.serverName();
            case SUBJECT -> certificate == null ? null : certificate.subject();
            default -> certificate == null ? null : certificate.fingerprint();
        };
    }

    private static @Nullable String hash(@Nullable String key) {
        if (key == null) {
            return null;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** In quotes when it could be read as more than one value, or as none. */
    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "-";
        }
        String text = value.toString();
        boolean plain = !text.isEmpty()
                && !text.equals("-")
                && text.chars().allMatch(c -> c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=');
        return plain ? text : '"' + escaped(text) + '"';
    }

    /** What would end the line or its quotes, or is not printable ASCII, is written by its number. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c >= ' ' && c <= '~') {
                escaped.append(c);
            } else {
                escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
            }
        }
        return escaped.toString();
    }
}
