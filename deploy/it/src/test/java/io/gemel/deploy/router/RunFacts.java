package io.gemel.deploy.router;

import io.gemel.deploy.bank.BankExchange;
import java.util.List;

/**
 * All that is known about a run when it is over. The checker looks at nothing else.
 *
 * @param log what the clients saw
 * @param sites what both databases hold
 */
record RunFacts(List<BankExchange> log, List<SiteRows> sites) {
    RunFacts {
        log = List.copyOf(log);
        sites = List.copyOf(sites);
    }
}
