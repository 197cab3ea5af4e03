package io.gemel.deploy.spill;

import io.gemel.conflict.window.WindowSpill;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * Spills the window to a file. The file is unlinked while it is in use: however the process ends, the file system
 * reclaims the space, and a start has nothing to clean up. It is created with the first run and released with the last
 * one. One thread at a time, but for {@link #bytes}.
 */
public final class DiskSpill implements WindowSpill {
    /** Entries between two commits: what is not committed is held in memory. */
    private static final int COMMIT_ENTRIES = 50_000;

    private static final int CACHE_MIB = 8;
    private static final long[] NONE = {};

    private final Path folder;
    private @Nullable MVStore store;
    private int runs;
    private int lastRun;
    private boolean closed;
    private volatile long bytes;

    /** @param folder where the file is made; it must exist when the first run comes */
    public DiskSpill(Path folder) {
        this.folder = folder;
    }

    @Override
    public Run store(long[] hashes, PositionsByHash positions) {
        try {
            MVStore file = store == null ? open() : store;
            MVMap<Long, long[]> map = file.openMap(
                    String.valueOf(++lastRun),
                    new MVMap.Builder<Long, long[]>()
                            .keyType(LongDataType.INSTANCE)
                            .valueType(PositionsType.INSTANCE));
            int count = 0;
            for (long hash : hashes) {
                map.put(hash, positions.of(hash));
                if (++count % COMMIT_ENTRIES == 0) {
                    file.commit();
                }
            }
            file.commit();
            runs++;
            bytes = file.getFileStore().size();
            return new DiskRun(map);
        } catch (IOException | MVStoreException e) {
            throw failed(e);
        }
    }

    private MVStore open() throws IOException {
        if (closed) {
            throw new IOException("the window is closed");
        }
        Path file = Files.createTempFile(folder, "gemel-window-", ".spill");
        MVStore opened = new MVStore.Builder()
                .fileName(file.toString())
                .cacheSize(CACHE_MIB)
                .autoCommitDisabled()
                .open();
        Files.delete(file);
        opened.setRetentionTime(0);
        opened.setVersionsToKeep(0);
        store = opened;
        return opened;
    }

    private UncheckedIOException failed(Exception why) {
        return new UncheckedIOException(new IOException(
                "the in-flight window needs more space than its memory, and cannot spill to " + folder + " ("
                        + why.getMessage()
                        + "): free space there, create the folder if it does not exist, or let Gemel's user write to it; or"
                        + " set window.spill.dir to another one and restart 'gemel site'",
                why));
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }

    private void drop() {
        MVStore file = store;
        store = null;
        bytes = 0;
        if (file != null) {
            file.closeImmediately(); // nothing of it is wanted again
        }
    }

    private final class DiskRun implements Run {
        private final MVMap<Long, long[]> map;

        DiskRun(MVMap<Long, long[]> map) {
            this.map = map;
        }

        @Override
        public long[] positions(long hash) {
            try {
                long[] found = map.get(hash);
                return found == null ? NONE : found;
            } catch (MVStoreException e) {
                throw failed(e);
            }
        }

        @Override
        public void delete() {
            MVStore file = store;
            if (file == null) {
                return;
            }
            runs--;
            try {
                if (runs == 0) {
                    drop();
                } else {
                    file.removeMap(map);
                    file.commit();
                }
            } catch (MVStoreException e) {
                throw failed(e);
            }
        }
    }
}
