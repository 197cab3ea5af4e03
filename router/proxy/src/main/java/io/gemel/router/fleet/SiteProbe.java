package io.gemel.router.fleet;

import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.api.Settings;
import io.gemel.router.decision.GroupView;
import io.gemel.router.decision.PauseAwareClock;
import io.gemel.router.decision.SiteHealth;
import io.gemel.router.decision.SiteView;
import io.gemel.router.decision.VmHealth;
import io.gemel.router.decision.VmState;
import io.gemel.router.http.SiteClient;
import io.gemel.router.http.TlsOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one site's process how it is, and draws the verdict on the site from that and from its VMs. Confined to the watching event loop. */
final class SiteProbe {
    private static final Logger LOG = LoggerFactory.getLogger(SiteProbe.class);

    /** Between two questions while the site works. */
    private static final long INTERVAL_MILLIS = 500;

    /** And while something is wrong there. */
    private static final long INTERVAL_WRONG_MILLIS = 100;

    private static final int OK = 200;

    private final SiteView site;
    private final Settings settings;
    private final SiteClient client;
    private final PauseAwareClock awake;
    private final SiteHealth health;
    private final Function<GroupView, SiteFailover> crossing;
    private final Map<GroupView, SiteFailover> crossings = new LinkedHashMap<>();
    private long nextMillis;
    private long silentSinceMillis = -1;
    private boolean asking;
    private List<VmProbe> vms = List.of();

    /** @param crossing how the work of a group there may go on elsewhere */
    SiteProbe(
            SiteView site,
            SiteClient client,
            Settings settings,
            PauseAwareClock awake,
            Function<GroupView, SiteFailover> crossing) {
        this.site = site;
        this.settings = settings;
        this.client = client;
        this.awake = awake;
        this.crossing = crossing;
        health = new SiteHealth(settings.now().times().verdictSiteDown().toMillis());
    }

    /** Its VMs that are named now. */
    void watches(List<VmProbe> named) {
        vms = List.copyOf(named);
    }

    private long timeoutMillis() {
        return settings.now().times().verdictResubmit().toMillis();
    }

    SiteView site() {
        return site;
    }

    /** An operator's word. */
    void operatorSays(boolean down) {
        health.operatorSays(down);
        tick();
    }

    void tick() {
        long now = awake.millis();
        health.judgeBy(settings.now().times().verdictSiteDown().toMillis());
        List<VmState> witnesses = site.witnesses();
        boolean work = witnesses.stream().anyMatch(VmState::works);
        if (!asking && now >= nextMillis) {
            ask(now, work);
        }
        boolean unheard =
                !witnesses.isEmpty() && witnesses.stream().allMatch(vm -> vm.verdict() == VmHealth.Verdict.UNKNOWN);
        if (work || unheard) {
            health.vmsWork();
        } else {
            health.vmsGone(goneSince(witnesses, now));
        }
        if (silentSinceMillis >= 0 && now - silentSinceMillis >= timeoutMillis()) {
            health.databaseGone(silentSinceMillis);
        }
        SiteState before = site.state();
        SiteState next = health.judge(now);
        if (next != before) {
            site.state(next);
            if (next == SiteState.DOWN || before == SiteState.DOWN) {
                LOG.warn("site {} is {} (it was {})", site.name(), next, before);
            } else {
                LOG.info("site {} is {} (it was {})", site.name(), next, before);
            }
        }
        crossings.keySet().retainAll(site.groups());
        for (GroupView group : site.groups()) {
            crossings.computeIfAbsent(group, crossing).tick(next);
        }
    }

    /** When the last of these VMs went silent; now when none says. */
    private long goneSince(List<VmState> witnesses, long now) {
        long latest = -1;
        for (VmProbe vm : vms) {
            latest = witnesses.contains(vm.vm()) ? Math.max(latest, vm.goneSinceMillis()) : latest;
        }
        return latest < 0 ? now : latest;
    }

    private void ask(long now, boolean work) {
        asking = true;
        nextMillis = now + (work ? INTERVAL_MILLIS : INTERVAL_WRONG_MILLIS);
        client.site(site.config(), timeoutMillis()).onComplete(answer -> told(now, answer), why -> silent(now, why));
    }

    private void told(long askedMillis, SiteClient.Answer answer) {
        asking = false;
        silentSinceMillis = -1;
        boolean ok = answer.status() == OK;
        String database = answer.text("database", "");
        if (ok && database.equals("up")) {
            health.databaseUp(askedMillis);
        } else if (ok && database.equals("down")) {
            health.databaseGone(awake.millis());
        } else {
            health.databaseUntold();
        }
        String reason = "";
        if (!ok) {
            reason = "its process answers " + answer.status() + ": check site." + site.name() + ".token";
        } else if (!answer.flag("open", true)) {
            reason = answer.text("reason", "its gate is closed");
        }
        site.told(answer.number("lagMillis", -1), reason);
    }

    private void silent(long askedMillis, Throwable why) {
        asking = false;
        site.told(
                -1,
                "its process does not answer: "
                        + TlsOptions.why(why, settings.now().backendTls()));
        if (silentSinceMillis < 0) {
            silentSinceMillis = askedMillis;
        }
        if (!(why instanceof TimeoutException)) {
            health.databaseGone(silentSinceMillis);
        }
    }
}
