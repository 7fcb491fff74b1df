package dev.caravan.intake;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The physical lines of a text, ended by {@code \n}, {@code \r\n} or {@code \r}. Lines can be put back. */
final class PhysicalLines implements Closeable {

    private static final int BUFFER = 64 * 1024;

    private final Reader reader;
    private final int longest;
    private final char[] buffer = new char[BUFFER];
    private final Deque<Line> putBack = new ArrayDeque<>();
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
        return putBack.isEmpty() ? read() : putBack.pop();
    }

    /** The next line that is not blank, or null at the end. */
    Line nextFilled() throws IOException {
        Line line = next();
        while (line != null && line.text().isBlank() && !line.isCut()) {
            line = next();
        }
        return line;
    }

    /** @param lines the latest that were read, in their order */
    void putBack(List<Line> lines) {
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
    private String end() throws IOException {
        if (position == limit) {
            return "";
        }
        if (buffer[position++] == '\n') {
            return "\n";
        }
        if ((position < limit || fill()) && buffer[position] == '\n') {
            position++;
            return "\r\n";
        }
        return "\r";
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(reader.read(buffer, 0, BUFFER), 0);
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
