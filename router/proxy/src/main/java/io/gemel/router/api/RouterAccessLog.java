package io.gemel.router.api;

import java.util.Arrays;
import java.util.List;

/**
 * The lines of the access log.
 *
 * @param format {@code access.log}
 * @param fields {@code access.log.fields}: the fields of a line, in this order; empty for the default
 */
public record RouterAccessLog(Format format, List<String> fields) {

    /** Who reads it. */
    public enum Format {
        NONE,
        /** People, by the logger {@code io.gemel.router.access}. */
        TEXT,
        /** Programs: an object for each request, by the logger {@code io.gemel.router.access.json}. */
        JSON
    }

    /** A field of a line. The names are those of the setting and of the JSON objects. */
    public enum Field {
        TIME("time"),
        ADDRESS("address"),
        METHOD("method"),
        PATH("path"),
        HOST("host"),
        PROTOCOL("protocol"),
        ROUTE("route"),
        STATUS("status"),
        BYTES("bytes"),
        BYTES_IN("bytesIn"),
        MILLIS("millis"),
        QUEUE_MILLIS("queueMillis"),
        VM_MILLIS("vmMillis"),
        TERMINATION("termination"),
        KEY("key"),
        KEY_HASH("keyHash"),
        OUTCOME("outcome"),
        ATTEMPTS("attempts"),
        SITE("site"),
        VM("vm"),
        DURABILITY("durability"),
        ID("id"),
        TRACE("trace"),
        AGENT("agent"),
        REFERER("referer"),
        TLS("tls"),
        SNI("sni"),
        SUBJECT("subject"),
        FINGERPRINT("fingerprint");

        private final String word;

        Field(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public RouterAccessLog {
        fields = List.copyOf(fields);
    }

    /** With the usual fields. */
    public static RouterAccessLog of(Format format) {
        return new RouterAccessLog(format, List.of());
    }

    /** Every field's name. */
    public static List<String> names() {
        return Arrays.stream(Field.values()).map(Field::word).toList();
    }

    void check(List<String> problems) {
        for (String field : fields) {
            if (!names().contains(field)) {
                problems.add("access.log.fields has " + field + ", which is none of " + String.join(", ", names()));
            }
        }
        if (fields.stream().distinct().count() != fields.size()) {
            problems.add("access.log.fields names a field twice: name it once");
        }
    }

    /** The fields that were chosen. */
    public List<Field> chosen() {
        return fields.stream()
                .flatMap(name -> Arrays.stream(Field.values())
                        .filter(field -> field.word().equals(name)))
                .toList();
    }
}
