package io.gemel.router.fleet;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Vm;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.Fleet;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.VmHealth;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.Bearer;
import io.gemel.transaction.SiteId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets VMs register themselves: {@code POST /register} with the same data as in the settings, renewed before the lease
 * ends, and {@code DELETE /register?vm=NAME} when they end. Confined to the event loop of operators.
 */
public final class Registrar {
    public static final String PATH = "/register";

    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);

    private static final int BODY_MAX = 16 * 1024;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final int CONFLICT = 409;
    private static final int TOO_LARGE = 413;
    private static final int UNAVAILABLE = 503;

    private final Vertx vertx;
    private final Settings settings;
    private final Fleet fleet;
    private final FoundVms found;
    private final PauseAwareClock awake;
    private final Callable<String> follow;

    /**
     * The answer to a VM.
     *
     * @param text a sentence; JSON when it was accepted
     */
    public record Said(int status, String text) {}

    /** @param follow takes what was found into the settings; waits */
    public Registrar(
            Vertx vertx,
            Settings settings,
            Fleet fleet,
            FoundVms found,
            PauseAwareClock awake,
            Callable<String> follow) {
        this.vertx = vertx;
        this.settings = settings;
        this.fleet = fleet;
        this.found = found;
        this.awake = awake;
        this.follow = follow;
    }

    public Future<Said> handle(HttpServerRequest request) {
        String token = settings.now().discovery().registerToken();
        boolean post = request.method().equals(HttpMethod.POST);
        if (!post && !request.method().equals(HttpMethod.DELETE)) {
            return said(WRONG_METHOD, "register with POST, leave with DELETE");
        }
        if (token == null) {
            return said(FORBIDDEN, "VMs may not register themselves here: set register.token in the router's file");
        }
        if (!Bearer.shows(request, token)) {
            return said(UNAUTHORIZED, "this needs Authorization: Bearer with the router's register.token");
        }
        if (!post) {
            return leave(request.getParam("vm", ""));
        }
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() <= BODY_MAX) {
                body.appendBuffer(part);
            }
        });
        return request.end()
                .compose(unused -> body.length() > BODY_MAX
                        ? said(TOO_LARGE, "a registration has at most " + BODY_MAX + " bytes")
                        : register(body));
    }

    private static Future<Said> said(int status, String text) {
        return Future.succeededFuture(new Said(status, text));
    }

    private static Future<Said> noObject() {
        return said(BAD_REQUEST, "not registered: the body is not a JSON object with vm, site, host and url");
    }

    private Future<Said> register(Buffer body) {
        Vm vm;
        try {
            if (!(Json.decodeValue(body) instanceof JsonObject json)) {
                return noObject();
            }
            vm = vm(json);
        } catch (DecodeException e) {
            return noObject();
        } catch (IllegalArgumentException | ClassCastException e) {
            return said(BAD_REQUEST, "not registered: " + e.getMessage());
        }
        String clash = clash(vm);
        if (!clash.isEmpty()) {
            return said(CONFLICT, "not registered: " + clash);
        }
        if (!found.mayRegister(vm.name())) {
            return said(UNAVAILABLE, "not registered: there are " + FoundVms.REGISTERED_MAX + " already");
        }
        long leaseMillis = settings.now().discovery().registerLease().toMillis();
        boolean changed = found.register(vm, awake.millis() + leaseMillis);
        Said done = new Said(
                OK,
                new JsonObject()
                        .put("vm", vm.name())
                        .put("leaseMillis", leaseMillis)
                        .encode());
        return changed ? follow(vm, done) : Future.succeededFuture(done);
    }

    private Future<Said> follow(Vm vm, Said done) {
        LOG.info("VM {} registers itself: {} at {}", vm.name(), vm.url(), vm.site());
        return vertx.executeBlocking(follow, true).map(done).otherwise(why -> {
            found.leave(vm.name());
            return new Said(CONFLICT, "not registered: " + why.getMessage());
        });
    }

    /** Why it cannot be taken: its name or an address belongs to another one. A registration gives way to the next of its name once its VM is gone. */
    private String clash(Vm vm) {
        Vm before = found.registered(vm.name());
        if (before != null && !before.url().equals(vm.url())) {
            VmState state = fleet.findVm(vm.name());
            if (state != null && state.verdict() == VmHealth.Verdict.ALIVE) {
                return "another VM at " + before.url() + " is registered as " + vm.name()
                        + " and answers: give each VM its own name";
            }
        }
        RouterConfig now = settings.now();
        List<Vm> others = now.vms().stream()
                .filter(other -> before == null || !other.equals(before))
                .toList();
        return FoundVms.clash(others, vm, now);
    }

    private Future<Said> leave(String name) {
        if (!found.leave(name)) {
            return said(NOT_FOUND, "no VM " + name + " has registered itself");
        }
        LOG.info("VM {} deregisters itself", name);
        return vertx.executeBlocking(follow, true)
                .map(new Said(OK, name + " gets no new requests, and those in flight finish"))
                .otherwise(why -> new Said(CONFLICT, String.valueOf(why.getMessage())));
    }

    private static Vm vm(JsonObject said) {
        String heartbeat = said.getString("heartbeatUrl");
        return new Vm(
                required(said, "vm"),
                URI.create(required(said, "url")),
                new SiteId(required(said, "site")),
                required(said, "host"),
                said.getInteger("requestsMax", 0),
                heartbeat == null ? null : URI.create(heartbeat),
                said.getString("group", RouterConfig.GROUP_DEFAULT),
                said.getInteger("weight", RouterConfig.WEIGHT_DEFAULT));
    }

    private static String required(JsonObject said, String name) {
        @Nullable String text = said.getString(name);
        if (text == null) {
            throw new IllegalArgumentException(name + " is missing: vm, site, host and url are needed");
        }
        return text;
    }
}
