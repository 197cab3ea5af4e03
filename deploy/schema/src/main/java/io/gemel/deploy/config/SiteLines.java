package io.gemel.deploy.config;

import io.gemel.router.api.RouterConfig;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code site.<name>.*}: one site's process. */
final class SiteLines implements EntryLines {
    private final SiteId name;
    private @Nullable URI status;
    private @Nullable String token;

    SiteLines(SiteId name) {
        this.name = name;
    }

    @Override
    public void take(String what, String text) throws BadValueException {
        switch (what) {
            case "status" -> status = Values.httpUrl(text);
            case "token" -> token = text.isEmpty() ? null : text;
            default -> throw new BadValueException("is not known", "a site has the keys status and token");
        }
    }

    @Override
    public List<String> lacking() {
        return EntryLines.lacking("status", status);
    }

    /** Null while something is lacking. */
    RouterConfig.@Nullable Site site() {
        return status == null ? null : new RouterConfig.Site(name, status, token);
    }
}
