package io.gemel.deploy.faults;

import io.gemel.deploy.embedded.PostgresServer.StopMode;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Disks that are full for a while. What a server does then is its own affair; an operator makes room and starts it again. */
final class DiskFaults {
    private final FaultySites sites;

    DiskFaults(FaultySites sites) {
        this.sites = sites;
    }

    List<Fault> all() {
        if (sites.disks().isEmpty()) {
            return List.of();
        }
        SmallDisk database = sites.disks().get(0);
        SmallDisk broker = sites.disks().get(1);
        return List.of(
                new Fault(
                        19, "disk of a database full", random -> fill(database, random), () -> freeDatabase(database)),
                new Fault(19, "disk of the broker full", random -> fill(broker, random), () -> freeBroker(broker)));
    }

    private static void fill(SmallDisk disk, Random random) throws IOException, InterruptedException {
        disk.fill();
        Thread.sleep(2_000 + random.nextInt(2_000));
    }

    private void freeDatabase(SmallDisk disk) throws IOException {
        disk.free();
        sites.sites().westServer().stop(StopMode.IMMEDIATE);
        sites.sites().westServer().start();
    }

    private void freeBroker(SmallDisk disk) throws IOException {
        disk.free();
        sites.broker().kill();
        sites.broker().start();
    }
}
