package io.gemel.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
    /** A report for tests. */
    public record Oven(String name, Light light, long bakedLoaves, double heat, List<Shelf> shelves) {}

    /** A part of it. */
    public record Shelf(String name, boolean full, Map<String, Long> byKind) {}

    /** A state of it. */
    public enum Light {
        ON,
        OFF
    }

    private static final Figures<Shelf> SHELF = Figures.of(Shelf.class)
            .value("name")
            .gauge("full", "oven_shelf_full")
            .help("Whether nothing more fits.")
            .counters("byKind", "oven_shelf_loaves_total", "kind")
            .help("Loaves of each kind.")
            .build();

    private static final Figures<Oven> OVEN = Figures.of(Oven.class)
            .value("name")
            .onlyJson()
            .state("light", Light.values(), "oven_light")
            .help("Whether one sees anything.")
            .row("light")
            .counter("bakedLoaves", "oven_baked_loaves_total")
            .help("Loaves that are done.")
            .row("loaves")
            .gauge("heat", "oven_heat_celsius")
            .help("How hot it is.")
            .onlyJmx()
            .parts("shelves", Oven::shelves, shelf -> Metric.label("shelf", shelf.name()), SHELF)
            .build();

    private static final Oven REPORT = new Oven(
            "big \"one\"\n", Light.OFF, 12_000, 210.5, List.of(new Shelf("top", true, Map.of("rye", 3L, "oat", 2L))));

    @Test
    void prints_each_metric_with_the_samples_of_all_parts() {
        assertThat(OVEN.prometheus(REPORT, "oven", REPORT.name())).isEqualTo("""
                # HELP oven_light Whether one sees anything.
                # TYPE oven_light gauge
                oven_light{oven="big \\"one\\"\\n",state="on"} 0
                oven_light{oven="big \\"one\\"\\n",state="off"} 1
                # HELP oven_baked_loaves_total Loaves that are done.
                # TYPE oven_baked_loaves_total counter
                oven_baked_loaves_total{oven="big \\"one\\"\\n"} 12000
                # HELP oven_heat_celsius How hot it is.
                # TYPE oven_heat_celsius gauge
                oven_heat_celsius{oven="big \\"one\\"\\n"} 210.5
                # HELP oven_shelf_full Whether nothing more fits.
                # TYPE oven_shelf_full gauge
                oven_shelf_full{oven="big \\"one\\"\\n",shelf="top"} 1
                # HELP oven_shelf_loaves_total Loaves of each kind.
                # TYPE oven_shelf_loaves_total counter
                oven_shelf_loaves_total{oven="big \\"one\\"\\n",shelf="top",kind="oat"} 2
                oven_shelf_loaves_total{oven="big \\"one\\"\\n",shelf="top",kind="rye"} 3
                """);
    }

    @Test
    void makes_json_of_what_is_not_for_jmx_alone() {
        assertThat(OVEN.json(REPORT))
                .isEqualTo(Map.of(
                        "name",
                        "big \"one\"\n",
                        "light",
                        "off",
                        "bakedLoaves",
                        12_000L,
                        "shelves",
                        List.of(Map.of("name", "top", "full", true, "byKind", Map.of("rye", 3L, "oat", 2L)))));
        assertThat(OVEN.figures().stream().filter(Figure::jmx).map(Figure::attribute))
                .containsExactly("Light", "BakedLoaves", "Heat");
    }

    @Test
    void has_a_line_for_people_in_a_unit_that_suits_its_size() {
        assertThat(OVEN.rows())
                .extracting(row -> row.title() + " " + row.text().apply(REPORT))
                .containsExactly("light off", "loaves 12,000");
    }

    @Test
    void refuses_a_figure_that_the_report_does_not_have() {
        assertThatThrownBy(() -> Figures.of(Oven.class).value("smell"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no public method smell");
    }
}
