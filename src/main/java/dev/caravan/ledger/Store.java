package dev.caravan.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only way into the database. Writes run on one thread over one connection, and those that arrive while a commit is
 * on its way share the next one: with SQLite's {@code synchronous=FULL} a commit costs a disk flush, so sharing it is
 * what makes durable sends cheap. Reads take connections of their own.
 */
public final class Store implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final int LARGEST_GROUP = 256;
    private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(250);

    private final DataSource dataSource;
    private final String name;
    private final String incarnation = UUID.randomUUID().toString();
    private final Dialect dialect;
    private final BlockingQueue<Pending<?>> queue = new ArrayBlockingQueue<>(4 * LARGEST_GROUP);
    private final Thread writer = new Thread(this::run, "ledger-writer");

    /** Wakes who waited for a commit, while the next one is under way: the writer is what all sends wait for. */
    private final ExecutorService answers = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "ledger-answers");
        thread.setDaemon(true);
        return thread;
    });

    private volatile boolean closed;
    private volatile Arrivals arrivals = accounts -> {};
    private Transaction transaction;
    private long commits;

    /** @param name under which its latest commit is kept; no two stores that write at the same time share it */
    public Store(DataSource dataSource, String name) {
        this.dataSource = dataSource;
        this.name = name;
        this.dialect = Dialect.of(dataSource);
        // Its thread is there from the beginning, however little there is of everything later.
        answers.execute(() -> {});
        writer.setDaemon(true);
        writer.start();
    }

    /** @param arrivals told the accounts that have new sends to claim, by whoever wrote them, once that is committed */
    public void listen(Arrivals arrivals) {
        this.arrivals = arrivals;
    }

    /** Whether other gateways can write to the same database, and so wait for each other. */
    public boolean isShared() {
        return dialect == Dialect.POSTGRESQL;
    }

    /** A piece of work on the database. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Transaction transaction) throws SQLException;
    }

    /**
     * Runs a write and returns its result once it is committed, and so on disk.
     *
     * <p>When the answer to the commit is lost, it is looked up whether the commit took place, as soon as the database can
     * be asked; the caller waits until then.
     *
     * @param work runs on the store's thread, and a second time when another write of its group fails
     * @throws LedgerException when it could not be written; nothing of it was stored, unless the caller was interrupted
     *     while it waited, or the store was closed in the middle of a commit
     */
    public <T> T write(Work<T> work) {
        return submit(work).await();
    }

    /**
     * The same for a caller who cannot wait for ever.
     *
     * @throws LedgerException also when it took longer; then it may yet turn out to be stored
     */
    public <T> T write(Work<T> work, Duration patience) {
        return await(enqueue(work), System.nanoTime() + patience.toNanos());
    }

    /**
     * Begins a write, for a caller who has something else to do meanwhile. Writes run in the order in which they begin.
     *
     * @param work as in {@link #write}
     * @throws LedgerException when the ledger is closed, or the caller was interrupted while the queue was full
     */
    public <T> Promise<T> submit(Work<T> work) {
        Pending<T> pending = enqueue(work);
        return () -> await(pending, null);
    }

    private <T> Pending<T> enqueue(Work<T> work) {
        requireOpen();
        Pending<T> pending = new Pending<>(work);
        try {
            while (!queue.offer(pending, 1, TimeUnit.SECONDS)) {
                requireOpen();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LedgerException("the write was interrupted", interrupted);
        }
        return pending;
    }

    /** A write that has begun. */
    @FunctionalInterface
    public interface Promise<T> {

        /**
         * Waits until it is committed, and so on disk.
         *
         * @throws LedgerException as {@link Store#write} does
         */
        T await();
    }

    /** @param deadline in the time of {@link System#nanoTime}, or null for none */
    private <T> T await(Pending<T> pending, Long deadline) {
        try {
            while (true) {
                try {
                    T value = pending.result.get(1, TimeUnit.SECONDS);
                    tell(pending.ready);
                    return value;
                } catch (TimeoutException waiting) {
                    requireAnswer(pending);
                    if (deadline != null && System.nanoTime() - deadline >= 0) {
                        pending.giveUp();
                        throw new LedgerException("the ledger does not answer", waiting);
                    }
                }
            }
        } catch (InterruptedException interrupted) {
            pending.giveUp();
            Thread.currentThread().interrupt();
            throw new LedgerException("the write was interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw new LedgerException(
                    "the ledger could not be written: " + failed.getCause().getMessage(), failed.getCause());
        }
    }

    private void tell(Set<String> ready) {
        if (ready.isEmpty()) {
            return;
        }
        try {
            arrivals.at(ready);
        } catch (RuntimeException unexpected) {
            LOG.warn("The lanes {} were not told of their sends; they look again by themselves", ready, unexpected);
        }
    }

    /**
     * Runs a read on a connection of its own; it sees every write committed before.
     *
     * @throws LedgerException when the database cannot be read
     */
    public <T> T read(Work<T> work) {
        try (Connection connection = dataSource.getConnection();
                Transaction reading = new Transaction(connection, dialect)) {
            return work.run(reading);
        } catch (SQLException failed) {
            throw new LedgerException("the ledger could not be read: " + failed.getMessage(), failed);
        }
    }

    /** Finishes the writes that are waiting, and lets go of the database. */
    @Override
    public void close() {
        closed = true;
        queue.offer(new Pending<>(transaction -> null));
        try {
            writer.join(TimeUnit.SECONDS.toMillis(10));
            answers.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireOpen() {
        if (answers.isTerminated()) {
            throw new LedgerException("the ledger is closed", null);
        }
    }

    private void requireAnswer(Pending<?> pending) {
        // In this order: the last answers may just have been given.
        boolean over = answers.isTerminated();
        if (over && !pending.result.isDone()) {
            throw new LedgerException("the ledger is closed", null);
        }
    }

    private void run() {
        try {
            writeUntilClosed();
        } finally {
            answers.shutdown();
        }
    }

    private void writeUntilClosed() {
        List<Pending<?>> group = new ArrayList<>(LARGEST_GROUP);
        while (!closed || !queue.isEmpty()) {
            try {
                Pending<?> first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    group.add(first);
                    queue.drainTo(group, LARGEST_GROUP - 1);
                    commit(group);
                }
            } catch (InterruptedException interrupted) {
                closed = true;
            } catch (RuntimeException | Error broken) {
                // No memory to clean up after a failure, say. Nobody else can tell those who wait.
                disconnect();
                fail(group, broken);
            } finally {
                group.clear();
            }
        }
        disconnect();
        fail(new ArrayList<>(queue), new SQLException("the ledger is closed"));
    }

    /**
     * One commit for all; if one of them fails, each gets a commit of its own so that it harms no other.
     *
     * @return whether there is a connection: waiting for one takes long, so that the whole group does it once
     */
    private boolean commit(List<Pending<?>> group) {
        Transaction current;
        try {
            current = connect();
        } catch (SQLException | RuntimeException away) {
            fail(group, away);
            return false;
        }
        try {
            current.begin();
            for (Pending<?> pending : group) {
                pending.run(current);
            }
            commits++;
            current.commit(name, mark());
            complete(group);
        } catch (SQLException | RuntimeException | Error failed) {
            boolean inDoubt = current.isInDoubt();
            rollback(failed);
            if (inDoubt && tookPlace(failed)) {
                complete(group);
            } else if (group.size() == 1) {
                fail(group, failed);
            } else {
                commitEach(group);
            }
        }
        return true;
    }

    private void complete(List<Pending<?>> group) {
        answer(group, Pending::complete);
    }

    private void fail(List<Pending<?>> group, Throwable cause) {
        answer(group, pending -> pending.result.completeExceptionally(cause));
    }

    /** In the order in which it is called, so that nobody is told of a failure whose write is committed. */
    private void answer(List<Pending<?>> group, Consumer<Pending<?>> answer) {
        try {
            List<Pending<?>> answered = List.copyOf(group);
            answers.execute(() -> answered.forEach(answer));
        } catch (RuntimeException | Error noRoom) {
            group.forEach(answer);
        }
    }

    private String mark() {
        return incarnation + ' ' + commits;
    }

    /**
     * Whether the latest commit took place although its answer was lost. Nothing else is written before that is known;
     * what waits to be written is refused meanwhile, as it is whenever the database is away.
     */
    private boolean tookPlace(Throwable lost) {
        boolean warned = false;
        while (true) {
            try {
                boolean committed = connect().isCommitted(name, mark());
                LOG.debug("A commit without an answer took place: {}", committed);
                return committed;
            } catch (SQLException | RuntimeException away) {
                disconnect();
                if (closed) {
                    throw new LedgerException(
                            "the ledger was closed before it was known whether the last commit took place", lost);
                }
                if (!warned) {
                    LOG.warn(
                            "The ledger was lost in the middle of a commit ({}); whether it took place is looked up when"
                                    + " the ledger is back",
                            lost.getMessage());
                    warned = true;
                }
                List<Pending<?>> waiting = new ArrayList<>();
                queue.drainTo(waiting);
                fail(waiting, away);
                LockSupport.parkNanos(BETWEEN_LOOKS);
            }
        }
    }

    private void commitEach(List<Pending<?>> group) {
        boolean isThere = true;
        for (int next = 0; next < group.size() && isThere; next++) {
            isThere = commit(group.subList(next, next + 1));
            if (!isThere) {
                fail(group.subList(next, group.size()), new SQLException("the ledger's database cannot be reached"));
            }
        }
    }

    private Transaction connect() throws SQLException {
        if (transaction == null) {
            Connection connection = dataSource.getConnection();
            dialect.prepareWriter(connection);
            connection.setAutoCommit(false);
            transaction = new Transaction(connection, dialect);
        }
        return transaction;
    }

    private void rollback(Throwable cause) {
        LOG.debug("A group of writes is rolled back: {}", cause.getMessage());
        if (transaction != null) {
            try {
                transaction.rollback();
            } catch (SQLException lost) {
                disconnect();
            }
        }
    }

    private void disconnect() {
        if (transaction != null) {
            try {
                transaction.closeConnection();
            } catch (SQLException lost) {
                LOG.debug("The ledger's connection was lost: {}", lost.getMessage());
            }
            transaction = null;
        }
    }

    private static final class Pending<T> {
        private final Work<T> work;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private T value;
        private Set<String> ready = Set.of();

        private Pending(Work<T> work) {
            this.work = work;
        }

        private void run(Transaction transaction) throws SQLException {
            if (!result.isDone()) {
                value = work.run(transaction);
                ready = transaction.takeReady();
            }
        }

        /** Nobody waits for it any more: unless it has begun, it need not be done. */
        private void giveUp() {
            result.completeExceptionally(new SQLException("nobody waited for it"));
        }

        private void complete() {
            result.complete(value);
        }
    }
}
