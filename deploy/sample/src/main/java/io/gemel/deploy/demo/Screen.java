package io.gemel.deploy.demo;

import java.io.PrintWriter;
import java.util.List;

/**
 * What the person sees. On a terminal the table of figures stays at the bottom and is drawn over again; elsewhere each drawing
 * is one plain line. Used by one thread.
 */
final class Screen {
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final PrintWriter out;
    private final boolean terminal;
    private int tableLines;

    Screen(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Prints lines that stay. */
    void say(String... lines) {
        clearTable();
        for (String line : lines) {
            out.println(line);
        }
        out.flush();
    }

    /** Draws the table in place of the last one. */
    void show(LiveFigures figures) {
        clearTable();
        if (terminal) {
            List<String> lines = figures.table();
            lines.forEach(out::println);
            tableLines = lines.size();
        } else {
            out.println(figures.line());
        }
        out.flush();
    }

    /** Leaves the table where it is. */
    void keepTable() {
        tableLines = 0;
    }

    private void clearTable() {
        if (tableLines > 0) {
            out.print(UP.formatted(tableLines) + CLEAR_BELOW);
            tableLines = 0;
        }
    }
}
