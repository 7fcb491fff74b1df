package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Verdict;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/** One pass of a lane: what its steps hand on to each other, and what the lane must know when it is over. */
final class Turn {

    /** The variable that holds the turn; the others are for the routes to read. */
    static final String VARIABLE = "turn";

    static final String ACCOUNT = "account";
    static final String CLOCK_SETS = "clockSets";
    static final String SEND = "send";
    static final String FOUND = "found";
    static final String QUESTION = "question";
    static final String CLAIMED = "claimed";
    static final String CONNECTION = "connection";
    static final String DECIDED = "decided";
    static final String LIST = "list";
    static final String TOGETHER = "together";

    private final Account account;
    private final long start;
    private final int clockSets;
    private final ClaimListener listener;
    private final BooleanSupplier mayAsk;
    private boolean claimDone;
    private Attempt attempt;
    private List<Attempt> companions = List.of();
    private List<Send> together = List.of();
    private Attempt candidate;
    private Verdict verdict;
    private Boolean recognised;
    private Answer answer;
    private long decidedAt;
    private long heldUntil;
    private boolean nothing;
    private boolean asking;
    private Runnable awaitWritten = () -> {};
    private volatile boolean over;

    /** Told once a turn, as soon as it has claimed its send or knows that it will not. */
    @FunctionalInterface
    interface ClaimListener {
        void claimed(boolean found);

        /** Returns when the call of a send that has been claimed may begin: at once, as a rule. */
        default void awaitCall() {}

        /** Whether the turn may end before its result is on disk, because whoever comes next waits for it. */
        default boolean mayBeAwaitedLater() {
            return false;
        }
    }

    /**
     * @param start reserved for it when the account has a pace, in microseconds
     * @param clockSets how often its lane has seen the clock set
     * @param mayAsk whether the turn may ask its provider something if it has nothing to send
     */
    Turn(Account account, long start, int clockSets, ClaimListener listener, BooleanSupplier mayAsk) {
        this.account = account;
        this.start = start;
        this.clockSets = clockSets;
        this.listener = listener;
        this.mayAsk = mayAsk;
    }

    /** A turn that may not ask. */
    Turn(Account account, long start, ClaimListener listener) {
        this(account, start, 0, listener, () -> false);
    }

    /** For calls that send nothing. */
    static Turn withoutClaim(Account account) {
        Turn turn = new Turn(account, 0, found -> {});
        turn.asking = true;
        return turn;
    }

    static Turn of(Exchange exchange) {
        return exchange.getVariable(VARIABLE, Turn.class);
    }

    /** Makes the settings of the account variables, by their names, for the provider's route to read. */
    static void exposeSettings(Exchange exchange) {
        exchange.getVariable(ACCOUNT, Account.class).settings().forEach(exchange::setVariable);
    }

    /** Makes the send that is to go out, until now as it was written, what its account carries. */
    static Send carry(Exchange exchange) {
        Send send = of(exchange).account().carried(exchange.getVariable(SEND, Send.class));
        exchange.setVariable(SEND, send);
        return send;
    }

    /** Whether a send is to go out, rather than a question to be asked about one or about the account. */
    boolean isToSend() {
        return candidate != null || attempt != null;
    }

    Account account() {
        return account;
    }

    long start() {
        return start;
    }

    /** How often its lane has seen the clock set. */
    int clockSets() {
        return clockSets;
    }

    /** The send that is looked up before it is claimed, or null. */
    Attempt candidate() {
        return candidate;
    }

    void consider(Attempt candidate) {
        this.candidate = candidate;
    }

    /** The attempt that is under way, or null before the claim. */
    Attempt attempt() {
        return attempt;
    }

    void claimed(Attempt attempt) {
        this.attempt = attempt;
        // What a look-up was answered is no answer to the send.
        answer = null;
        try {
            claimDone();
            listener.awaitCall();
        } catch (RuntimeException | Error notNow) {
            withdrawn();
            throw notNow;
        }
    }

    /** The call of what was claimed must not begin: it goes back to its queue. */
    void withdrawn() {
        attempt = null;
        companions = List.of();
    }

    /**
     * Further attempts by the same call.
     *
     * @param together what all of them send, the first attempt's first
     */
    void accompanied(List<Attempt> companions, List<Send> together) {
        this.companions = companions;
        this.together = together;
    }

    /** The attempts that share the call with the first one; none for most calls. */
    List<Attempt> companions() {
        return companions;
    }

    /** What the call carries if it has companions. */
    List<Send> together() {
        return together;
    }

    /** Nothing is due. */
    void foundNothing() {
        nothing = true;
        claimDone();
    }

    /** The account may not send before that time, in milliseconds. */
    void held(long until) {
        heldUntil = until;
        claimDone();
    }

    /** The turn is past its claim, or over. */
    void claimDone() {
        if (!claimDone) {
            claimDone = true;
            listener.claimed(attempt != null);
        }
    }

    /**
     * The turn's result is on its way to the disk: it is waited for here, or when the turn is {@link #over}.
     *
     * @param await returns when it is there
     */
    void settled(Runnable await) {
        if (listener.mayBeAwaitedLater()) {
            awaitWritten = await;
        } else {
            await.run();
        }
    }

    /** Nothing more happens in it, however it went: what has become of its send is on disk if it can be. */
    void over() {
        claimDone();
        try {
            awaitWritten.run();
        } finally {
            over = true;
        }
    }

    boolean isOver() {
        return over;
    }

    boolean isNothing() {
        return nothing;
    }

    /** Makes a turn that has nothing to send one that asks; false when it is none of those, or somebody else asks. */
    boolean beginAsking() {
        asking = nothing && mayAsk.getAsBoolean();
        return asking;
    }

    /** Whether its calls ask something, and send nothing. */
    boolean isAsking() {
        return asking;
    }

    long heldUntil() {
        return heldUntil;
    }

    Verdict verdict() {
        return verdict;
    }

    void verdict(Verdict verdict) {
        this.verdict = verdict;
        decidedAt = System.currentTimeMillis();
    }

    /**
     * The verdict on an answer to the send call.
     *
     * @param known whether a row of a table or a status says so
     */
    void verdict(Verdict judged, boolean known) {
        verdict(judged);
        recognised = known;
    }

    /** Whether the answer to the send call is one that is known; null when there was none. */
    Boolean recognised() {
        return recognised;
    }

    /** How long the attempt took until its verdict, in milliseconds; null when there is no attempt. */
    Long took() {
        return attempt == null ? null : Math.max(0, decidedAt - attempt.startedAt());
    }

    /** The provider's last answer, or null when there was none. */
    Answer answer() {
        return answer;
    }

    void answered(Answer given) {
        answer = given;
    }
}
