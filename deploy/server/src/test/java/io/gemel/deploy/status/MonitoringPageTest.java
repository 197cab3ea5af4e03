package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.figure.Figure;
import io.gemel.figure.Figures;
import io.gemel.reason.ReasonCode;
import io.gemel.router.api.RouterFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/monitoring.md to the figures that exist, both ways. */
class MonitoringPageTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "monitoring.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(gemel_\\w+)` \\| (\\w+) \\| (?:`(\\w+\\.\\w+)`)? ?\\| .+ \\|$", Pattern.MULTILINE);

    private static final Pattern REASON =
            Pattern.compile("^\\| `(\\w+\\.[\\w-]+)` \\| (\\d+) \\| .+ \\|$", Pattern.MULTILINE);

    private static final String ROUTER_PART = "# Watching a router";

    @Test
    void describes_exactly_the_metrics_of_a_site() throws IOException {
        assertThat(column(0, row -> row.group(1) + " " + row.group(2)))
                .containsExactlyElementsOf(types(StatusFigures.ALL));
    }

    @Test
    void describes_exactly_the_metrics_of_a_router() throws IOException {
        assertThat(column(1, row -> row.group(1) + " " + row.group(2)))
                .containsExactlyElementsOf(types(RouterFigures.ALL));
    }

    @Test
    void describes_exactly_the_jmx_attributes_of_a_site() throws IOException {
        assertThat(column(0, row -> row.group(3) == null ? "" : row.group(3)))
                .filteredOn(attribute -> !attribute.isEmpty())
                .containsExactlyInAnyOrderElementsOf(StatusFigures.ALL.sections().stream()
                        .flatMap(section -> attributes(section.bean(), section.figures()))
                        .toList());
    }

    @Test
    void describes_exactly_the_jmx_attributes_of_a_router() throws IOException {
        List<String> attributes = new ArrayList<>(
                Stream.concat(attributes("Router", RouterFigures.ALL), attributes("Vm", RouterFigures.VM))
                        .toList());
        List<String> words = List.of("Vm.Reason", "Vm.Group", "Router.ReloadProblem"); // which no metric can hold
        attributes.removeAll(words);

        assertThat(column(1, row -> row.group(3) == null ? "" : row.group(3)))
                .filteredOn(attribute -> !attribute.isEmpty())
                .containsExactlyInAnyOrderElementsOf(attributes);
        assertThat(part(1))
                .contains(words.stream().map(word -> "`" + word + "`").toList());
    }

    @Test
    void describes_exactly_the_reasons_and_whether_they_stop_the_site() throws IOException {
        List<String> rows = new ArrayList<>();
        Matcher row = REASON.matcher(part(0));
        while (row.find()) {
            rows.add(row.group(1) + " " + row.group(2));
        }
        assertThat(rows)
                .containsExactlyElementsOf(Stream.of(ReasonCode.values())
                        .map(code -> code.code() + (code.stops() ? " 503" : " 200"))
                        .toList());
    }

    private static List<String> types(Figures<?> figures) {
        return figures.metrics().stream()
                .map(metric -> metric.name() + " " + metric.type())
                .toList();
    }

    private static Stream<String> attributes(String bean, Figures<?> figures) {
        return figures.figures().stream().filter(Figure::jmx).map(figure -> bean + "." + figure.attribute());
    }

    /** The part about sites, then the one about routers. */
    private static String part(int index) throws IOException {
        String[] parts = Files.readString(PAGE).split(ROUTER_PART, -1);
        assertThat(parts).hasSize(2);
        return parts[index];
    }

    private static List<String> column(int part, Function<Matcher, String> column) throws IOException {
        List<String> values = new ArrayList<>();
        Matcher row = ROW.matcher(part(part));
        while (row.find()) {
            values.add(column.apply(row));
        }
        return values;
    }
}
