package io.gemel.vm.spring.shop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The shop's configuration: Spring Boot's own, and the lines that make it a VM. */
final class ShopSettings {
    private ShopSettings() {}

    /** Something that may fail. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    static String[] plain(ShopDatabase database) {
        return new String[] {
            "--spring.datasource.url=" + database.url(),
            "--spring.datasource.username=" + ShopDatabase.ROLE,
            "--spring.datasource.hikari.maximum-pool-size=8",
            "--spring.datasource.hikari.minimum-idle=1",
            "--spring.main.banner-mode=off",
            "--server.port=0"
        };
    }

    static String[] of(ShopDatabase database, String vm, String... more) {
        List<String> all = new ArrayList<>(List.of(plain(database)));
        all.addAll(List.of(
                "--gemel.vm.name=" + vm,
                "--gemel.vm.site=east",
                "--gemel.vm.host=host-1",
                "--gemel.vm.submissions=/shop",
                "--gemel.vm.requests-max=6"));
        all.addAll(List.of(more));
        // The last one of a kind counts.
        Map<String, String> byKey = new LinkedHashMap<>();
        all.forEach(setting -> byKey.put(setting.substring(0, setting.indexOf('=')), setting));
        return byKey.values().toArray(String[]::new);
    }

    static int port(ConfigurableApplicationContext shop) {
        return ((ServletWebServerApplicationContext) shop).getWebServer().getPort();
    }

    static void unchecked(Step step) {
        try {
            step.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
