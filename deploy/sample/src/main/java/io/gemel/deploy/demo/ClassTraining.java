package io.gemel.deploy.demo;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankProgram;
import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.deploy.embedded.ClassArchive;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.router.RouterAdmin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Makes the class-data archive of a build: runs a pair of sites, a VM and a router for a moment, and archives the classes of
 * libraries that they load. For {@code bin/gemel} and the tests, which name the archive and its libraries.
 */
final class ClassTraining {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private ClassTraining() {}

    public static void main(String[] arguments) throws Exception {
        new ClassArchive(Path.of(arguments[0]), arguments[1]).make(ClassTraining::run);
        System.exit(0);
    }

    private static void run(Path classLists) throws Exception {
        Path folder = Files.createTempDirectory("gemel-classes");
        String recording = ClassArchive.recording(classLists);
        try (TwoEmbeddedSites sites = TwoEmbeddedSites.builder(folder)
                        .kafkaMode(KafkaServer.Mode.CHILD_PROCESS)
                        .serverSetting("fsync", "off")
                        .siteSetting(BankTables.POLICY_KEY, BankTables.POLICY)
                        .siteSetting("vm.roles", BankProcesses.ROLE)
                        .jvmArguments(recording)
                        .start();
                BankProcesses bank =
                        new BankProcesses(folder, BankProgram.PLAIN, List.of(recording), List.of(recording))) {
            work(sites, bank);
        } finally {
            DemoFolder.delete(folder);
        }
    }

    /** A transfer through the router, and a row each way. */
    private static void work(TwoEmbeddedSites sites, BankProcesses bank) throws Exception {
        String password = BankProcesses.createBank(sites);
        sites.prepare();
        sites.run();
        bank.add("e1", "host-1", sites.east(), password);
        bank.startVms();
        Path file = bank.startRouter("east", List.of(sites.east()));
        BankProcesses.awaitAlive(new RouterAdmin(RouterConfigFile.read(file), file), 1, LIMIT);
        new BankClient(List.of(bank.uri()), LIMIT, LIMIT)
                .submit("training", "/transfers", "{\"from\":1,\"to\":2,\"amount\":1}", System.nanoTime())
                .join();
        sites.settle(LIMIT);
    }
}
