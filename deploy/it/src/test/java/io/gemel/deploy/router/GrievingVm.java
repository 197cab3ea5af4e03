package io.gemel.deploy.router;

import io.gemel.deploy.bank.BankConfig;
import io.gemel.deploy.bank.BankVm;
import java.io.IOException;
import java.nio.file.Path;

/** A VM of the bank in a process of its own that comes to grief when {@link FaultInjection} is ordered. */
public final class GrievingVm {
    private GrievingVm() {}

    /** Takes the VM's properties file and the folder of orders. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        BankConfig config = BankConfig.read(Path.of(arguments[0]));
        BankVm.runUntilTold(config, new FaultInjection(config.vm(), Path.of(arguments[1])));
    }
}
