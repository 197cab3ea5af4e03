package io.gemel.deploy.embedded;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.util.List;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/** The Docker engine of this machine, as Testcontainers finds it. Any thread. */
final class ContainerEngine {
    /** On every container: the process id of the JVM that started it. */
    static final String LABEL = "gemel.test.jvm";

    private static boolean swept;

    private ContainerEngine() {}

    /**
     * A client of the engine. The first call removes what JVMs that were killed have left running.
     *
     * @throws IllegalStateException when no engine answers
     */
    static synchronized DockerClient client() {
        DockerClient client;
        try {
            client = DockerClientFactory.instance().client();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "no Docker engine answers on this machine: start one (on Debian: apt-get install docker.io, then dockerd"
                            + " as root), or leave out -Dgemel.test.servers=containers",
                    e);
        }
        if (!swept) {
            sweep(client);
            swept = true;
        }
        return client;
    }

    /**
     * The name of an image that is there. Testcontainers would search registries for one that is not.
     *
     * @param official the image that it stands for
     * @throws IllegalStateException when the engine does not have it, or none answers
     */
    static DockerImageName image(String name, String official) {
        try {
            client().inspectImageCmd(name).exec();
        } catch (NotFoundException e) {
            throw new IllegalStateException("no image " + name + ": make it with deploy/containers/images", e);
        }
        return DockerImageName.parse(name).asCompatibleSubstituteFor(official);
    }

    /** Removes the containers of JVMs that are no more. */
    static void sweep(DockerClient client) {
        for (Container each : client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(LABEL))
                .exec()) {
            long jvm = Long.parseLong(each.getLabels().get(LABEL));
            if (ProcessHandle.of(jvm).isEmpty()) {
                remove(client, each.getId());
            }
        }
    }

    private static void remove(DockerClient client, String container) {
        try {
            client.removeContainerCmd(container)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException | ConflictException byAnother) {
            // Another JVM has removed it, or is about to.
        }
    }
}
