package io.gemel.deploy.bank;

import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * One VM of the bank.
 *
 * @param vm its name, as the router's file gives it
 * @param site the site whose database it works on
 * @param host the machine it pretends to run on
 * @param listen where it takes requests
 * @param heartbeats where it answers heartbeats
 * @param databaseUrl the JDBC URL of the site's database
 * @param user the role it works as
 * @param password that role's
 * @param threads requests it works on at once; each may hold a connection
 */
public record BankConfig(
        String vm,
        String site,
        String host,
        HostPort listen,
        HostPort heartbeats,
        String databaseUrl,
        String user,
        Secret password,
        int threads) {
    public static final int THREADS = 16;

    /** Writes it as a properties file, for {@link #read}. */
    public Path write(Path file) {
        try {
            return Files.write(
                    file,
                    List.of(
                            "vm=" + vm,
                            "site=" + site,
                            "host=" + host,
                            "listen.host=" + listen.host(),
                            "listen.port=" + listen.port(),
                            "heartbeat.port=" + heartbeats.port(),
                            "database.url=" + databaseUrl,
                            "database.user=" + user,
                            "database.password=" + password.text(),
                            "threads=" + threads));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Reads what {@link #write} wrote: a sample's settings, not a person's. */
    public static BankConfig read(Path file) {
        Properties lines = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            lines.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        String host = lines.getProperty("listen.host", "");
        return new BankConfig(
                lines.getProperty("vm", ""),
                lines.getProperty("site", ""),
                lines.getProperty("host", ""),
                new HostPort(host, Integer.parseInt(lines.getProperty("listen.port", "0"))),
                new HostPort(host, Integer.parseInt(lines.getProperty("heartbeat.port", "0"))),
                lines.getProperty("database.url", ""),
                lines.getProperty("database.user", ""),
                new Secret(lines.getProperty("database.password", "")),
                Integer.parseInt(lines.getProperty("threads", Integer.toString(THREADS))));
    }
}
