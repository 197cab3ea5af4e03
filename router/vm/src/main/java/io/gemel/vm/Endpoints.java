package io.gemel.vm;

import io.gemel.vm.Heartbeat.Beat;
import io.gemel.vm.ProtocolHeaders.Headers;
import io.gemel.vm.ProtocolHeaders.Reply;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a VM answers itself, below {@code /gemel/}. Safe for any number of threads. */
final class Endpoints {
    static final String PREFIX = "/gemel/";

    private static final String OUTCOME = "/gemel/outcome/";
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final int UNAVAILABLE = 503;

    private final Vm vm;

    Endpoints(Vm vm) {
        this.vm = vm;
    }

    /**
     * Answers a request whose path starts with {@link #PREFIX}.
     *
     * @param path as it was sent, not decoded
     * @param query as it was sent; null when there is none
     */
    Reply reply(String method, String path, @Nullable String query, Headers headers) {
        boolean get = method.equals("GET");
        boolean post = method.equals("POST");
        if (path.equals("/gemel/heartbeat")) {
            return get ? Reply.of(heartbeat()) : wrongMethod();
        }
        if (path.equals("/gemel/drain") || path.equals("/gemel/undrain")) {
            return post ? Reply.of(drain(path.equals("/gemel/drain"))) : wrongMethod();
        }
        if (path.startsWith(OUTCOME)) {
            boolean fence = post
                    || (query != null && Arrays.asList(query.split("&", -1)).contains("fence=true"));
            return get || post ? outcome(path.substring(OUTCOME.length()), fence, headers) : wrongMethod();
        }
        return Reply.of(Answer.of(NOT_FOUND, "text/plain", "see /gemel/heartbeat, outcome/KEY, drain and undrain\n"));
    }

    private static Reply wrongMethod() {
        return Reply.of(Answer.of(WRONG_METHOD, "text/plain", "use another method\n"));
    }

    private Answer heartbeat() {
        Beat beat = vm.heartbeat().beat();
        VmConfig config = vm.config();
        Json json = new Json()
                .put("vm", config.name())
                .put("site", config.site())
                .put("host", config.host())
                .put("inFlight", vm.inFlight())
                .put("databaseMs", beat.databaseMillis())
                .put("draining", vm.isDraining())
                .put("open", beat.open())
                .put("submissions", config.submissions())
                .put("capacity", config.limits().requestsMax());
        if (!beat.problem().isEmpty()) {
            json.put("problem", beat.problem());
        }
        return json.answer(beat.answered() ? OK : UNAVAILABLE);
    }

    private Answer drain(boolean wanted) {
        if (wanted) {
            vm.drain();
        } else {
            vm.undrain();
        }
        return new Json()
                .put("vm", vm.config().name())
                .put("draining", vm.isDraining())
                .put("inFlight", vm.inFlight())
                .answer(OK);
    }

    private Reply outcome(String encodedKey, boolean fence, Headers headers) {
        Submission question;
        try {
            // A plus sign in a path is one.
            String key = URLDecoder.decode(encodedKey.replace("+", "%2B"), StandardCharsets.UTF_8);
            question = ProtocolHeaders.submission(
                    key, headers, vm.clock(), vm.config().limits());
        } catch (IllegalArgumentException e) {
            return Reply.of(Answer.of(BAD_REQUEST, "text/plain", e.getMessage() + "\n"));
        }
        if (fence) {
            Result fenced = vm.fence(question);
            if (!(fenced instanceof Result.Settled)) {
                return Reply.of(fenced);
            }
        }
        return lookUp(question);
    }

    private Reply lookUp(Submission question) {
        Duration left = Duration.between(vm.clock().instant(), question.deadline());
        Duration longest = vm.config().limits().time();
        Duration limit = left.compareTo(longest) < 0 ? left : longest;
        try (LedgerTransaction transaction =
                LedgerTransaction.begin(vm.config().dataSource()::getConnection, limit, true)) {
            if (!transaction.isOpen()) {
                return Reply.of(Answers.closed());
            }
            return Reply.of(describe(question.key(), transaction.read(question.key())));
        } catch (StepFailure e) {
            return Reply.of(
                    e.kind() == StepFailure.Kind.UNREACHABLE || e.kind() == StepFailure.Kind.STALE
                            ? Answers.unreachable()
                            : Answers.failed("the ledger cannot be read: " + e.getMessage()));
        }
    }

    private static Answer describe(String key, @Nullable LedgerEntry entry) {
        Json json = new Json().put("key", key);
        if (entry == null || entry.status().equals(LedgerEntry.RUNNING)) {
            return json.put("outcome", Outcome.UNKNOWN.word()).answer(OK);
        }
        json.put("outcome", entry.status()).put("attempt", entry.attempt());
        if (entry.answer() != null) {
            json.put("httpStatus", entry.answer().status());
        }
        return json.put("site", entry.site()).put("vm", entry.vm()).answer(OK);
    }
}
