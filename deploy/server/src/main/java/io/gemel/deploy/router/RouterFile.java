package io.gemel.deploy.router;

import io.gemel.deploy.config.ConfigException;
import io.gemel.deploy.config.ConfigProblem;
import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.api.RouterSource;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A router's properties file with all that it refers to, as the source of a running router's settings, and whether it reads otherwise than
 * it did. Safe to use from several threads.
 */
final class RouterFile implements RouterSource {
    private final Path file;
    private final Consumer<RouterConfig> onTaken;

    /** What was read when the router asked last: a configuration, or the text of what is wrong. */
    private volatile Object asked;

    /** What the last look saw; null before the first. One thread looks. */
    private @Nullable Object looked;

    /**
     * The file of a router that was started with it.
     *
     * @param first what was read at the start
     * @param onTaken hears of each configuration that the router takes
     */
    RouterFile(Path file, RouterConfig first, Consumer<RouterConfig> onTaken) {
        this.file = file;
        this.asked = first;
        this.onTaken = onTaken;
    }

    @Override
    public RouterConfig read() {
        try {
            RouterConfig config = RouterConfigFile.read(file);
            asked = config;
            return config;
        } catch (ConfigException e) {
            asked = text(e);
            throw new RouterConfigException(
                    e.problems().stream().map(ConfigProblem::toString).toList());
        }
    }

    @Override
    public void taken(RouterConfig config) {
        onTaken.accept(config);
    }

    /**
     * Looks whether the file reads otherwise than when the router asked last. What changes between two looks is still being written:
     * it counts when it has stayed the same from one look to the next. Reads everything anew, so that a symbolic link that was changed, and
     * a certificate or a token in a file of its own, are seen like the file itself.
     */
    boolean hasChanged() {
        Object now = look();
        boolean settled = now.equals(looked);
        looked = now;
        return settled && !now.equals(asked);
    }

    private Object look() {
        try {
            return RouterConfigFile.read(file);
        } catch (ConfigException e) {
            return text(e);
        }
    }

    private static String text(ConfigException why) {
        return String.valueOf(why.getMessage());
    }
}
