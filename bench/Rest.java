import java.util.Locale;
import java.util.concurrent.ExecutionException;

/**
 * Posts single sends to a gateway's REST door over kept connections: first as fast as it answers, then at a fixed pace.
 *
 * <p>{@code java Rest.java PORT KEY CONNECTIONS SECONDS PACE} prints {@code <requests per second> <median ms> <p99 ms>};
 * the last two are measured at the pace, from when each request was due until its answer has been read. Every answer
 * must be a {@code 202}.
 */
final class Rest {

    private static final int WARM_UP_SECONDS = 30;

    private Rest() {}

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        if (arguments.length != 5) {
            throw new IllegalArgumentException("usage: Rest PORT KEY CONNECTIONS SECONDS PACE");
        }
        KeptConnections connections = new KeptConnections(
                Integer.parseInt(arguments[0]),
                Integer.parseInt(arguments[2]),
                "POST /api/v1/sends HTTP/1.1\r\nAuthorization: Bearer " + arguments[1] + "\r\n");
        int seconds = Integer.parseInt(arguments[3]);
        int pace = Integer.parseInt(arguments[4]);
        flood(connections, "warm", WARM_UP_SECONDS);
        double rate = flood(connections, "flood", seconds);
        long[] nanos = connections.paced(
                (long) pace * seconds, pace, (connection, number) -> connection.post(send("paced", number)));
        System.out.printf(
                Locale.ROOT,
                "%.0f %.2f %.2f%n",
                rate,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6);
    }

    private static double flood(KeptConnections connections, String name, int seconds)
            throws InterruptedException, ExecutionException {
        return connections.flood(
                0,
                Long.MAX_VALUE,
                System.nanoTime() + seconds * 1_000_000_000L,
                (connection, number) -> connection.post(send(name, number)));
    }

    private static String send(String name, long number) {
        return String.format(
                Locale.ROOT,
                "{\"reference\":\"%s-%d-%d\",\"to\":\"+9053%08d\",\"text\":\"Your order %d has shipped.\"}",
                name,
                ProcessHandle.current().pid(),
                number,
                number % 100_000_000,
                number);
    }
}
