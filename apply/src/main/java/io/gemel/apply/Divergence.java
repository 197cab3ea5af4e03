package io.gemel.apply;

import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A row that is not what the protocol says it is: something wrote it past Gemel. The applier halts at it, unless a person has asked for
 * a repair.
 *
 * @param incoming the change that found it
 * @param problem how the row differs
 * @param here the row as it is at this site, or null when it is absent
 * @param peer the row as the change leaves it at the peer, or null likewise
 */
record Divergence(
        RowKey key,
        StampedChange incoming,
        String problem,
        @Nullable RowImage here,
        @Nullable RowImage peer) {
    private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]*");
    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    /** What a person reads, with the commands that end it. */
    String advice() {
        return "row " + key + " has diverged at log position " + incoming.position() + " of " + incoming.origin() + ": "
                + problem
                + ". Something wrote it past Gemel (trigger, cascade, restored backup, changed schema). Say whose row is right."
                + " The peer's, to be taken here: " + command(Repair.Take.PEER)
                + " ; or this site's, to be taken at both: " + command(Repair.Take.HERE);
    }

    /** A command line for a POSIX shell; FILE stands for the site's properties file. */
    private String command(Repair.Take take) {
        String row = Stream.concat(Stream.of(tableName()), key.values().stream())
                .map(Divergence::word)
                .collect(Collectors.joining(" "));
        boolean looksLikeOption = key.values().stream().anyMatch(value -> value.startsWith("-"));
        return looksLikeOption
                ? "gemel repair " + take.option() + " FILE -- " + row
                : "gemel repair FILE " + row + " " + take.option();
    }

    private String tableName() {
        return identifier(key.table().schema()) + "." + identifier(key.table().name());
    }

    /** As SQL needs it. */
    private static String identifier(String name) {
        return PLAIN_IDENTIFIER.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String word(String text) {
        return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** Both images, for the command that shows them. */
    List<@Nullable String> images() {
        List<@Nullable String> images = new ArrayList<>();
        images.add(JournalRow.json(here));
        images.add(JournalRow.json(peer));
        return images;
    }
}
