package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/monitoring.md to the figures that exist, both ways. */
class MonitoringPageTest {
    private static final Path PAGE = Path.of("..", "docs", "monitoring.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(gemel_\\w+)` \\| (\\w+) \\| (?:`(\\w+\\.\\w+)`)? ?\\| .+ \\|$", Pattern.MULTILINE);

    @Test
    void describes_exactly_the_metrics_that_exist() throws IOException {
        assertThat(column(row -> row.group(1) + " " + row.group(2)))
                .containsExactlyElementsOf(Metrics.ALL.stream()
                        .map(metric ->
                                metric.name() + " " + metric.type().name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    @Test
    void describes_exactly_the_jmx_attributes_that_exist() throws IOException {
        List<String> attributes = Stream.of(SiteMXBeans.class.getDeclaredClasses())
                .flatMap(bean -> Stream.of(bean.getMethods())
                        .map(Method::getName)
                        .filter(method -> method.startsWith("get"))
                        .map(method -> bean.getSimpleName().replace("MXBean", ".") + method.substring("get".length())))
                .toList();

        assertThat(column(row -> row.group(3) == null ? "" : row.group(3)))
                .filteredOn(attribute -> !attribute.isEmpty())
                .containsExactlyInAnyOrderElementsOf(attributes);
    }

    private static List<String> column(Function<Matcher, String> column) throws IOException {
        List<String> values = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            values.add(column.apply(row));
        }
        return values;
    }
}
