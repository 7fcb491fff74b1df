package dev.caravan.intake;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The physical lines of a text, ended by {@code \n}, {@code \r\n} or {@code \r}. Lines can be put back. When the text
 * fails, every line that had its end before comes out, and whoever asks for more gets the failure, as often as asked.
 */
final class PhysicalLines implements Closeable {

    private static final int BUFFER = 64 * 1024;

    private final Reader reader;
    private final int longest;
    private final char[] buffer = new char[BUFFER];
    private final Deque<Line> putBack = new ArrayDeque<>();
    private List<Line> marked;
    private IOException failure;
    private int position;
    private int limit;
    private long number;

    /** @param longest characters of a line; what a longer one has beyond them is passed over */
    PhysicalLines(Reader reader, int longest) {
        this.reader = reader;
        this.longest = longest;
    }

    /**
     * A line.
     *
     * @param number from 1
     * @param text without its end
     * @param end the characters that end it, none at the end of the file
     * @param isCut whether it was too long, and {@code text} is only its beginning
     */
    record Line(long number, String text, String end, boolean isCut) {}

    /** The next line, or null at the end. */
    Line next() throws IOException {
        Line line = putBack.isEmpty() ? read() : putBack.pop();
        if (marked != null && line != null) {
            marked.add(line);
        }
        return line;
    }

    /** The next line that is not blank, or null at the end. */
    Line nextFilled() throws IOException {
        Line line = next();
        while (line != null && line.text().isBlank() && !line.isCut()) {
            line = next();
        }
        return line;
    }

    /** Passes over blank lines, and tells whether any other is left. */
    boolean skipBlank() throws IOException {
        Line first = nextFilled();
        if (first != null) {
            putBack(List.of(first));
        }
        return first != null;
    }

    /** From here on lines are remembered, for {@link #reset()}. */
    void mark() {
        marked = new ArrayList<>();
    }

    /** Puts back everything that was read since {@link #mark()}. */
    void reset() {
        List<Line> since = marked;
        marked = null;
        putBack(since);
    }

    /** @param lines the latest that were read, in their order */
    void putBack(List<Line> lines) {
        if (marked != null) {
            marked.subList(marked.size() - lines.size(), marked.size()).clear();
        }
        for (int index = lines.size() - 1; index >= 0; index--) {
            putBack.push(lines.get(index));
        }
    }

    private Line read() throws IOException {
        if (position == limit && !fill()) {
            return null;
        }
        number++;
        StringBuilder beginning = null;
        while (true) {
            int start = position;
            while (position < limit && buffer[position] != '\n' && buffer[position] != '\r') {
                position++;
            }
            if (position < limit && beginning == null && position - start <= longest) {
                return new Line(number, new String(buffer, start, position - start), end(), false);
            }
            beginning = beginning == null ? new StringBuilder() : beginning;
            // One more than allowed is kept, which tells a line that is too long from one that just fits.
            int room = longest + 1 - beginning.length();
            beginning.append(buffer, start, Math.min(position - start, room));
            if (position < limit || !fill()) {
                boolean isCut = beginning.length() > longest;
                beginning.setLength(Math.min(beginning.length(), longest));
                return new Line(number, beginning.toString(), end(), isCut);
            }
        }
    }

    /** Passes over the end of the line. */
    private String end() {
        if (position == limit) {
            return "";
        }
        if (buffer[position++] == '\n') {
            return "\n";
        }
        if ((position < limit || canFill()) && buffer[position] == '\n') {
            position++;
            return "\r\n";
        }
        return "\r";
    }

    /** Whether there is more; that it cannot be read is the next line's affair. */
    private boolean canFill() {
        try {
            return fill();
        } catch (IOException later) {
            return false;
        }
    }

    private boolean fill() throws IOException {
        if (failure != null) {
            throw failure;
        }
        position = 0;
        limit = 0;
        try {
            limit = Math.max(reader.read(buffer, 0, BUFFER), 0);
        } catch (IOException failed) {
            failure = failed;
            throw failed;
        }
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
