package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.Sql;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;

/** What transaction routers and the VMs behind them rest on. Says nothing while no role of a VM is named. */
final class RouterCheck implements DatabaseCheck {
    /** Clients have been seen to try again the day after. */
    private static final Duration RETENTION_LEAST = Duration.ofDays(1);

    @Override
    public void check(CheckedSite site, Findings findings) throws SQLException {
        Findings found = findings.of(Cause.ROUTER);
        SiteConfig config = site.config();
        SiteConfig.Router router = config.router();
        if (router.vmRoles().isEmpty()) {
            return;
        }
        for (String role : router.vmRoles()) {
            if (Sql.isTrue(site.connection(), "SELECT rolsuper FROM pg_roles WHERE rolname = ?", role)) {
                found.error(
                        "role " + role,
                        "is named in vm.roles and is a superuser, whose sessions Gemel may not terminate: locks of a"
                                + " lost VM stay",
                        "use a role without that attribute for the VMs");
            }
        }
        if (router.submissionRetention().compareTo(RETENTION_LEAST) < 0) {
            found.warning(
                    "submission.retention",
                    "is shorter than a day: a client that retries later has its work done twice",
                    "make it longer than clients retry, and than the longest outage");
        }
        if (router.token().text().isEmpty() && isReachable(config.statusListen().host())) {
            found.warning(
                    "router.token",
                    "is empty while status.listen is not on a loopback address: anyone who reaches it may terminate"
                            + " the sessions of VMs",
                    "set router.token here and site." + config.site() + ".token at the routers");
        }
    }

    private static boolean isReachable(String host) {
        try {
            return !InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
