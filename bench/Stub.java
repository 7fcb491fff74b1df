import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A provider that answers every POST at once with the same JSON, for measuring what calls it. One thread, keep-alive
 * connections on loopback, and of HTTP/1.1 only what a client that sends bodies needs: it shares its cores with what is
 * measured, so every microsecond spent here is taken from there.
 *
 * <p>{@code java Stub.java [--port 0] [--body JSON]} prints {@code port <number>} when it listens. In the body {@code
 * <counter>} stands for the number of the POST. {@code GET /count} answers how many POSTs there were.
 */
final class Stub {

    private static final String MAYTAPI = "{\"success\":true,\"data\":{\"chatId\":\"x@c.us\",\"msgId\":\"<counter>\"}}";
    private static final String COUNTER = "<counter>";
    private static final int COUNTER_DIGITS = 10;
    private static final int FIRST_BUFFER = 16 * 1024;

    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(64 * 1024);
    private final ByteBuffer answers = ByteBuffer.allocateDirect(64 * 1024);
    private final byte[] answer;
    private final int counterAt;
    private long posts;

    private Stub(Selector selector, String body) {
        String sized = body.replace(COUNTER, "0".repeat(COUNTER_DIGITS));
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + sized.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n";
        this.selector = selector;
        this.answer = (head + sized).getBytes(StandardCharsets.UTF_8);
        this.counterAt = body.contains(COUNTER)
                ? (head + body.substring(0, body.indexOf(COUNTER))).getBytes(StandardCharsets.UTF_8).length
                : -1;
    }

    public static void main(String[] arguments) throws IOException {
        int port = 0;
        String body = MAYTAPI;
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length || !arguments[i].matches("--(port|body)")) {
                throw new IllegalArgumentException("usage: Stub [--port NUMBER] [--body JSON]");
            }
            if (arguments[i].equals("--port")) {
                port = Integer.parseInt(arguments[i + 1]);
            } else {
                body = arguments[i + 1];
            }
        }
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("port " + server.socket().getLocalPort());
            new Stub(selector, body).serve(server);
        }
    }

    private void serve(ServerSocketChannel server) throws IOException {
        while (true) {
            selector.select(key -> {
                if (key.isAcceptable()) {
                    accept(server);
                } else {
                    read(key);
                }
            });
        }
    }

    private void accept(ServerSocketChannel server) {
        try {
            SocketChannel channel = server.accept();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, new Connection());
        } catch (IOException refused) {
            System.err.println("a connection was not accepted: " + refused);
        }
    }

    private void read(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            received.clear();
            if (channel.read(received) < 0) {
                channel.close();
                return;
            }
            Connection connection = (Connection) key.attachment();
            connection.append(received.flip());
            for (Request request = connection.next(); request != null; request = connection.next()) {
                answer(channel, request);
            }
            connection.compact();
            flush(channel);
        } catch (IOException | RuntimeException broken) {
            close(channel);
        }
    }

    private void answer(SocketChannel channel, Request request) throws IOException {
        byte[] bytes = request.isPost() ? counted() : count();
        if (answers.remaining() < bytes.length) {
            flush(channel);
        }
        answers.put(bytes);
    }

    private byte[] counted() {
        posts++;
        if (counterAt >= 0) {
            long rest = posts;
            for (int at = counterAt + COUNTER_DIGITS - 1; at >= counterAt; at--) {
                answer[at] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
        }
        return answer;
    }

    private byte[] count() {
        String body = Long.toString(posts);
        return ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes what is waiting; a client that does not read its answers holds up all, and none of ours is one. */
    private void flush(SocketChannel channel) throws IOException {
        answers.flip();
        while (answers.hasRemaining()) {
            channel.write(answers);
        }
        answers.clear();
    }

    private void close(SocketChannel channel) {
        answers.clear();
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // It was to be closed.
        }
    }

    private record Request(boolean isPost) {
        private static final Request POST = new Request(true);
        private static final Request OTHER = new Request(false);
    }

    /** The bytes of a connection that are not yet a whole request. */
    private static final class Connection {

        private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] ENCODING = "transfer-encoding:".getBytes(StandardCharsets.US_ASCII);

        private byte[] bytes = new byte[FIRST_BUFFER];
        private int start;
        private int end;

        void append(ByteBuffer more) {
            int needed = end + more.remaining();
            if (needed > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
            }
            more.get(bytes, end, more.remaining());
            end = needed;
        }

        void compact() {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }

        /** Takes the next whole request off, or answers null when there is none yet. */
        Request next() {
            int length = 0;
            boolean chunked = false;
            int line = start;
            for (int at = start; at < end; at++) {
                if (bytes[at] != '\n') {
                    continue;
                }
                if (at - line <= 1) {
                    int after = chunked ? afterChunks(at + 1) : at + 1 + length;
                    return after < 0 || after > end ? null : take(after);
                }
                if (begins(line, LENGTH)) {
                    length = number(line + LENGTH.length, 10);
                } else if (begins(line, ENCODING)) {
                    chunked = true;
                }
                line = at + 1;
            }
            return null;
        }

        private Request take(int after) {
            boolean post = bytes[start] == 'P';
            start = after;
            return post ? Request.POST : Request.OTHER;
        }

        /** Where the last chunk ends, trailers not being expected; -1 when it has not arrived. */
        private int afterChunks(int first) {
            int at = first;
            while (true) {
                int line = at;
                while (at < end && bytes[at] != '\n') {
                    at++;
                }
                if (at >= end) {
                    return -1;
                }
                int size = number(line, 16);
                at += 1 + size + 2;
                if (size == 0) {
                    return at;
                }
            }
        }

        private boolean begins(int line, byte[] lowerCase) {
            if (end - line < lowerCase.length) {
                return false;
            }
            for (int i = 0; i < lowerCase.length; i++) {
                byte is = bytes[line + i];
                if (is != lowerCase[i] && (is | 0x20) != lowerCase[i]) {
                    return false;
                }
            }
            return true;
        }

        private int number(int from, int radix) {
            int at = from;
            while (at < end && bytes[at] == ' ') {
                at++;
            }
            int value = 0;
            for (int digit; at < end && (digit = Character.digit(bytes[at], radix)) >= 0; at++) {
                value = value * radix + digit;
            }
            return value;
        }
    }
}
