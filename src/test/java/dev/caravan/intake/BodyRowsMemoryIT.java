package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The memory that a body takes does not grow with it. */
class BodyRowsMemoryIT {

    private static final int ROWS = 500_000;

    @ParameterizedTest
    @EnumSource
    void halfAMillionRowsAreReadInASmallHeap(MediaKind kind) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BodyRowsMemoryIT.class.getName(),
                        kind.name())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(output.strip()).isEqualTo("read " + ROWS);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The other process: some 150 MB are made and read. */
    public static void main(String[] arguments) throws IOException {
        MediaKind kind = MediaKind.valueOf(arguments[0]);
        try (Rows rows = BodyRows.open(new Body(kind), kind, null)) {
            long read = 0;
            while (rows.hasNext()) {
                Row row = rows.next();
                if (row.send() == null || !rows.own(row).toString().contains("order " + row.number() + " ")) {
                    throw new IllegalStateException("row " + row.number());
                }
                read++;
            }
            System.out.println("read " + read);
        }
    }

    /** A body that is made while it is read. */
    private static final class Body extends InputStream {

        private static final String TEXT = " has shipped. ".repeat(20);

        private final MediaKind kind;
        private byte[] piece = {};
        private int position;
        private int number;

        Body(MediaKind kind) {
            this.kind = kind;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int start, int length) {
            if (position == piece.length) {
                if (number > ROWS) {
                    return -1;
                }
                piece = piece(number++).getBytes(UTF_8);
                position = 0;
            }
            int count = Math.min(length, piece.length - position);
            System.arraycopy(piece, position, target, start, count);
            position += count;
            return count;
        }

        private String piece(int row) {
            String object = "{\"to\":\"0530\",\"text\":\"order " + row + TEXT + "\"}";
            return switch (kind) {
                case CSV -> row == 0 ? "to,text\n" : "0530,\"order " + row + TEXT + "\"\n";
                case LINES -> row == 0 ? "\n" : object + "\n";
                case JSON -> row == 0 ? "[" : object + (row == ROWS ? "]" : ",\n");
            };
        }
    }
}
