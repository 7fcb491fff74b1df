package dev.caravan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The days on which nothing is sent: written as they are, or as files that hold one in each line. */
final class Holidays {

    private static final String DIGIT_FIRST = "\\d.*";
    private static final String HOW = "a day is written as 2026-10-29; in a file one in each line, notes after #";

    private Holidays() {}

    /**
     * @param written days, or paths of files; whatever begins with a digit is a day
     * @throws ConfigurationException when one is no day, or a file cannot be read
     */
    static Set<LocalDate> read(String key, List<String> written) {
        Set<LocalDate> days = new TreeSet<>();
        for (String entry : written) {
            if (entry.strip().matches(DIGIT_FIRST)) {
                days.add(day(key, entry.strip(), "'" + entry.strip() + "'"));
            } else {
                days.addAll(file(key, Path.of(entry.strip())));
            }
        }
        return days;
    }

    private static Set<LocalDate> file(String key, Path file) {
        try {
            Set<LocalDate> days = new TreeSet<>();
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                String text = line.replaceFirst("#.*", "").strip();
                if (!text.isEmpty()) {
                    days.add(day(key, text, "line " + number + " of " + file));
                }
            }
            return days;
        } catch (IOException unreadable) {
            throw new ConfigurationException(
                    key,
                    "cannot be read from " + file + " (" + unreadable.getClass().getSimpleName() + ")",
                    HOW);
        }
    }

    private static LocalDate day(String key, String text, String where) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException noDay) {
            throw new ConfigurationException(key, where + " is no day", HOW);
        }
    }
}
