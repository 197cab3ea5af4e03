package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.deploy.config.RouterConfigFile;
import io.gemel.deploy.config.SecretFile;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterFileTest {
    private static final String TEXT = """
            router=east-1
            site=east
            admin.token=${file:token}
            vm.e1.url=http://127.0.0.1:9001
            vm.e1.site=east
            vm.e1.host=host-1
            site.east.status=http://127.0.0.1:7070
            """;

    @TempDir
    Path folder;

    private RouterFile open(Path file) throws Exception {
        return new RouterFile(file, RouterConfigFile.read(file), taken -> {});
    }

    private Path write(Path in, String text) throws IOException {
        SecretFile.write(in.resolve("token"), "s3cret");
        return Files.writeString(in.resolve("router.properties"), text);
    }

    @Test
    void a_change_counts_when_it_has_stayed_the_same_for_two_looks() throws Exception {
        RouterFile file = open(write(folder, TEXT));
        assertThat(file.hasChanged()).isFalse();
        assertThat(file.hasChanged()).isFalse();

        write(folder, TEXT + "wait.max=1s\n");
        assertThat(file.hasChanged()).as("it may be half written").isFalse();
        write(folder, TEXT + "wait.max=10s\n");
        assertThat(file.hasChanged()).as("it was").isFalse();
        assertThat(file.hasChanged()).isTrue();
        assertThat(file.read().times().waitMax()).hasSeconds(10);
        assertThat(file.hasChanged()).as("the router has asked").isFalse();
    }

    @Test
    void comments_and_order_are_no_change() throws Exception {
        RouterFile file = open(write(folder, TEXT));
        write(folder, "# the same\n" + TEXT);

        assertThat(changes(file)).isFalse();
    }

    @Test
    void a_symbolic_link_to_another_folder_is_a_change() throws Exception {
        Path first = Files.createDirectory(folder.resolve("..2026_01"));
        Path second = Files.createDirectory(folder.resolve("..2026_02"));
        write(first, TEXT);
        write(second, TEXT.replace("host-1", "host-2"));
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
        Path link = Files.createSymbolicLink(folder.resolve("router.properties"), Path.of("..data/router.properties"));
        Files.createSymbolicLink(folder.resolve("token"), Path.of("..data/token"));
        RouterFile file = open(link);
        assertThat(changes(file)).isFalse();

        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(changes(file)).isTrue();
        assertThat(file.read().vms()).extracting(RouterConfig.Vm::host).containsExactly("host-2");
    }

    @Test
    void what_the_file_refers_to_is_a_part_of_it() throws Exception {
        RouterFile file = open(write(folder, TEXT));
        SecretFile.write(folder.resolve("token"), "other");
        assertThat(changes(file)).isTrue();
        assertThat(file.read().adminToken()).isEqualTo("other");

        Path entries = Files.createDirectory(folder.resolve("router.properties.d"));
        Files.writeString(
                entries.resolve("e2.properties"),
                "vm.e2.url=http://127.0.0.1:9002\nvm.e2.site=east\nvm.e2.host=host-2\n");
        assertThat(changes(file)).isTrue();
        assertThat(file.read().vms()).hasSize(2);
        Files.delete(entries.resolve("e2.properties"));
        assertThat(changes(file)).isTrue();
    }

    @Test
    void a_wrong_file_is_told_once_and_what_is_wrong_with_its_line() throws Exception {
        RouterFile file = open(write(folder, TEXT));
        write(folder, TEXT + "wait.maximum=1s\n");
        assertThat(changes(file)).isTrue();
        assertThatThrownBy(file::read)
                .isInstanceOf(RouterConfigException.class)
                .hasMessageContaining("router.properties:8: unknown key wait.maximum: did you mean wait.max?");
        assertThat(changes(file)).isFalse();

        write(folder, TEXT);
        assertThat(changes(file)).as("it is right again").isTrue();
        assertThat(file.read().name()).isEqualTo("east-1");
    }

    private static boolean changes(RouterFile file) {
        file.hasChanged();
        return file.hasChanged();
    }
}
