package io.gemel.deploy.bank;

import com.example.bank.BankApplication;
import io.gemel.deploy.embedded.JavaProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What a VM of the bank is written with. */
public enum BankKind {
    /** The library alone, behind the JDK's own HTTP server. */
    PLAIN,
    /** Spring Boot and JPA: the sample in {@code deploy/spring-bank}. */
    SPRING;

    /** Which VMs of the fault tests are Spring Boot applications: {@code none}, {@code some}, {@code all}. */
    private static final String PROPERTY = "gemel.test.fault.spring";

    /** One at each site. */
    private static final List<String> SOME = List.of("e1", "w1");

    /** What a VM of the fault tests is. */
    public static BankKind of(String vm) {
        return switch (System.getProperty(PROPERTY, "some")) {
            case "none" -> PLAIN;
            case "some" -> SOME.contains(vm) ? SPRING : PLAIN;
            case "all" -> SPRING;
            default -> throw new IllegalArgumentException(PROPERTY + " is none, some or all");
        };
    }

    /** What each VM of the fault tests runs, as a {@link BankProgram}. */
    public static JavaProcess.Builder processOf(BankConfig config, Path file) {
        return of(config.vm()).process(config, file);
    }

    /** As {@link BankProgram#process}. */
    public JavaProcess.Builder process(BankConfig config, Path file) {
        return this == PLAIN
                ? BankProgram.PLAIN.process(config, file)
                : JavaProcess.builder(BankApplication.class.getName(), file.resolveSibling(config.vm() + ".log"))
                        .jvmArguments(
                                "-XX:+UseSerialGC", "-Xmx192m", "-Dorg.springframework.boot.logging.LoggingSystem=none")
                        .arguments(settings(config));
    }

    private static String[] settings(BankConfig config) {
        return new String[] {
            "--gemel.vm.name=" + config.vm(),
            "--gemel.vm.site=" + config.site(),
            "--gemel.vm.host=" + config.host(),
            "--gemel.vm.heartbeat.address=" + config.heartbeats().host(),
            "--gemel.vm.heartbeat.port=" + config.heartbeats().port(),
            "--server.address=" + config.listen().host(),
            "--server.port=" + config.listen().port(),
            "--spring.datasource.url=" + config.databaseUrl(),
            "--spring.datasource.username=" + config.user(),
            "--spring.datasource.password=" + config.password().text(),
            "--spring.main.banner-mode=off"
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
