package io.gemel.apply.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LargeArrayLiteralTest {
    private static final TableShape DOCUMENT =
            new TableShape(new TableId("public", "document"), List.of("id", "body"), List.of(0));

    @Test
    void is_the_literal_of_the_same_values_as_one_string() throws Exception {
        String large = "\\x00 and \"quoted\", Größe 😀 \\\\ ".repeat(80_000);
        List<@Nullable String> values = new ArrayList<>(List.of("plain", large, "", "null", large + "x", "a,b"));
        values.add(null);
        values.add(0, null);

        assertThat(literal(values).equals(ArrayLiteral.of(values, value -> value)))
                .isTrue();
        assertThat(literal(List.of(large)).equals(ArrayLiteral.of(List.of(large), value -> value)))
                .isTrue();
    }

    private static String literal(List<@Nullable String> values) throws Exception {
        List<RowImage> rows =
                values.stream().map(value -> RowImage.of(DOCUMENT, "1", value)).toList();
        StringWriter written = new StringWriter();
        new LargeArrayLiteral(rows, 1).reader().transferTo(written);
        return written.toString();
    }
}
