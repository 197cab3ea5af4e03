package io.gemel.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class DerivedIdsTest {
    @Test
    void another_language_makes_the_same_ids() {
        // Python: uuid.uuid5(uuid.UUID("5901283c-cc16-57a5-8f13-666066700dc9"), "order-17:0")
        assertThat(DerivedIds.uuid("order-17", 0)).isEqualTo(UUID.fromString("99c1054d-7c07-5826-8850-e769289e2326"));
        // Python: uuid.uuid5(uuid.NAMESPACE_DNS, "io.gemel.vm")
        assertThat(DerivedIds.NAMESPACE).isEqualTo(UUID.fromString("5901283c-cc16-57a5-8f13-666066700dc9"));
    }

    @Property(tries = 200)
    void ids_follow_from_key_and_index(@ForAll String key, @ForAll int index) {
        UUID id = DerivedIds.uuid(key, index);
        assertThat(id).isEqualTo(DerivedIds.uuid(key, index)).isNotEqualTo(DerivedIds.uuid(key, index + 1));
        assertThat(id.version()).isEqualTo(5);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(DerivedIds.number(key, index)).isNotNegative().isNotEqualTo(DerivedIds.number(key, index + 1));
    }
}
