package io.gemel.deploy.config;

import io.gemel.conflict.ColumnMerge;
import io.gemel.conflict.ConflictPolicy;
import io.gemel.conflict.ConflictResolver;
import io.gemel.conflict.CustomPolicy;
import io.gemel.conflict.GreatestOrLeast;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.OrphanPolicy;
import io.gemel.conflict.ParkPolicy;
import io.gemel.conflict.SitePriority;
import io.gemel.conflict.TablePolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a conflict policy as a configuration file writes it: {@code last-writer-wins, delta(balance)}. Pure. */
final class PolicyText {
    private static final String LAST_WRITER_WINS = "last-writer-wins";
    private static final String COLUMN_MERGE = "column-merge";
    private static final String SITE_PRIORITY = "site-priority";
    private static final String GREATEST = "greatest";
    private static final String LEAST = "least";
    static final String PARK = "park";
    static final String CUSTOM = "custom";
    private static final String UNIQUE = "unique";
    private static final String ORPHAN = "orphan";
    static final String DELTA = "delta";
    /** Each decides what becomes of a row. */
    static final List<String> OF_ROWS =
            List.of(LAST_WRITER_WINS, COLUMN_MERGE, SITE_PRIORITY, GREATEST, LEAST, CUSTOM, PARK);

    private static final Set<String> WITHOUT_ARGUMENTS = Set.of(LAST_WRITER_WINS, COLUMN_MERGE, PARK);
    private static final List<String> BESIDE = List.of(DELTA, UNIQUE, ORPHAN);
    private static final List<String> KNOWN =
            Stream.concat(OF_ROWS.stream(), BESIDE.stream()).toList();
    private static final String EXAMPLE = "write for example 'last-writer-wins', 'column-merge', 'site-priority(east)',"
            + " 'greatest(column)', or one of them followed by ', delta(column)', ', unique(remove)' or ', orphan(revive)'";

    private static final Pattern TERM = Pattern.compile("\\s*([a-z-]+)\\s*(?:\\(([^()]*)\\))?\\s*(,|$)");

    private @Nullable ConflictPolicy policy;
    private final Set<String> deltaColumns = new LinkedHashSet<>();
    private UniqueLoser uniqueLoser = UniqueLoser.NULL;
    private OrphanPolicy orphans = OrphanPolicy.KEEP;

    /** What becomes of a row that must give up a value of a unique key. */
    private enum UniqueLoser {
        /** The value becomes NULL where it may be NULL. */
        NULL,
        /** The row goes. */
        REMOVE
    }

    private PolicyText() {}

    static TablePolicy parse(String text) throws BadValueException {
        PolicyText read = new PolicyText();
        Matcher term = TERM.matcher(text);
        int at = 0;
        while (at < text.length() || at == 0) {
            term.region(at, text.length());
            if (!term.lookingAt()
                    || (term.end() == text.length() && term.group(3).equals(","))) {
                throw new BadValueException("cannot be read: '" + text + "'", EXAMPLE);
            }
            read.take(term.group(1), arguments(term.group(2)));
            at = term.end();
        }
        ConflictPolicy chosen = read.policy;
        read.refuseContradictions();
        return new TablePolicy(
                chosen == null ? new LastWriterWins() : chosen,
                read.deltaColumns,
                read.uniqueLoser == UniqueLoser.REMOVE,
                read.orphans);
    }

    private void refuseContradictions() throws BadValueException {
        if (policy instanceof ParkPolicy && !deltaColumns.isEmpty()) {
            throw new BadValueException(
                    "adds up columns that park leaves to a person",
                    "write park without delta, or another policy with it");
        }
        if (policy instanceof GreatestOrLeast extreme && deltaColumns.contains(extreme.column())) {
            throw new BadValueException(
                    "both compares and adds up column " + extreme.column(), "name different columns");
        }
    }

    private static List<String> arguments(@Nullable String text) {
        List<String> arguments = new ArrayList<>();
        if (text != null) {
            for (String argument : text.split(",", -1)) {
                arguments.add(argument.strip());
            }
        }
        return arguments;
    }

    private void take(String name, List<String> arguments) throws BadValueException {
        if (!KNOWN.contains(name)) {
            Optional<String> meant = NearestName.of(name, KNOWN);
            throw new BadValueException(
                    "names the unknown policy '" + name + "'",
                    meant.map(known -> "did you mean " + known + "?").orElse(EXAMPLE));
        }
        boolean needsArguments = !WITHOUT_ARGUMENTS.contains(name);
        boolean takesSeveral = name.equals(DELTA);
        if (arguments.contains("")
                || (needsArguments ? arguments.isEmpty() : !arguments.isEmpty())
                || (arguments.size() > 1 && !takesSeveral)) {
            throw new BadValueException("has wrong arguments for " + name, EXAMPLE);
        }
        if (takesSeveral) {
            deltaColumns.addAll(arguments);
        } else if (name.equals(UNIQUE)) {
            uniqueLoser = choice(UniqueLoser.class, name, arguments.get(0));
        } else if (name.equals(ORPHAN)) {
            orphans = choice(OrphanPolicy.class, name, arguments.get(0));
        } else if (policy == null) {
            policy = policy(name, arguments);
        } else {
            throw new BadValueException(
                    "names two policies, " + policy.name() + " and " + name,
                    "choose one; only delta, unique and orphan can be combined with another");
        }
    }

    private static ConflictResolver resolver(String name) throws BadValueException {
        List<String> known = new ArrayList<>();
        for (ConflictResolver resolver : ServiceLoader.load(ConflictResolver.class)) {
            if (resolver.name().equals(name)) {
                return resolver;
            }
            known.add(resolver.name());
        }
        throw new BadValueException(
                "names the conflict resolver '" + name + "', which is not on the class path; there "
                        + (known.isEmpty() ? "is none" : "are " + String.join(", ", known)),
                "put its jar, with a file META-INF/services/" + ConflictResolver.class.getName()
                        + ", into GEMEL_CLASSPATH");
    }

    private static <T extends Enum<T>> T choice(Class<T> choices, String name, String text) throws BadValueException {
        for (T choice : choices.getEnumConstants()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(text)) {
                return choice;
            }
        }
        String known = Arrays.stream(choices.getEnumConstants())
                .map(choice -> name + "(" + choice.name().toLowerCase(Locale.ROOT) + ")")
                .collect(Collectors.joining(" or "));
        throw new BadValueException("has the unknown choice " + name + "(" + text + ")", "write " + known);
    }

    private static ConflictPolicy policy(String name, List<String> arguments) throws BadValueException {
        return switch (name) {
            case COLUMN_MERGE -> new ColumnMerge();
            case SITE_PRIORITY -> new SitePriority(Values.siteName(arguments.get(0)));
            case GREATEST -> GreatestOrLeast.greatest(arguments.get(0));
            case LEAST -> GreatestOrLeast.least(arguments.get(0));
            case PARK -> new ParkPolicy();
            case CUSTOM -> new CustomPolicy(resolver(arguments.get(0)));
            default -> new LastWriterWins();
        };
    }
}
