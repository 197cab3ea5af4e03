package io.gemel.deploy.bank;

import io.gemel.deploy.embedded.JavaProcess;
import java.nio.file.Path;

/** What the processes of the bank's VMs run. */
@FunctionalInterface
public interface BankProgram {
    /** {@link BankVm}. */
    BankProgram PLAIN =
            (config, file) -> JavaProcess.builder(BankVm.class.getName(), file.resolveSibling(config.vm() + ".log"))
                    .arguments(file.toString());

    /**
     * Describes the process of a VM.
     *
     * @param file where {@link BankConfig#write} has written the configuration; its log lies beside it
     */
    JavaProcess.Builder process(BankConfig config, Path file);
}
