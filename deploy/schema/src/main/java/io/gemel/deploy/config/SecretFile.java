package io.gemel.deploy.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file that holds nothing but a secret, which only its owner may read. */
public final class SecretFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private SecretFile() {}

    /** Writes a secret for nobody else to read, also while it is written. A file that is there gets the new content. */
    public static void write(Path file, String secret) throws IOException {
        if (view(file) == null) {
            Files.writeString(file, secret);
            return;
        }
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        Files.setPosixFilePermissions(file, OWNER_ONLY);
        Files.writeString(file, secret);
    }

    /** What it holds, without the line end at its end. */
    public static String read(Path file) throws IOException {
        return TextFile.read(file).replaceFirst("\\R\\z", "");
    }

    /** Refuses a file that others than its owner may read or write. */
    static void require(Path file) throws IOException, BadValueException {
        if (!isPrivate(file)) {
            throw new BadValueException(
                    "refers to " + file + ", which others than its owner may read or write", "chmod 600 " + file);
        }
    }

    /** Whether nobody but its owner may read or write a file; true on a file system without such rights. */
    public static boolean isPrivate(Path file) throws IOException {
        PosixFileAttributeView view = view(file);
        return view == null || OWNER.containsAll(view.readAttributes().permissions());
    }

    private static @Nullable PosixFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class);
    }
}
