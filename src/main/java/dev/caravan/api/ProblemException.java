package dev.caravan.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** A step refuses a request. */
final class ProblemException extends RuntimeException {

    private final transient Problem problem;
    private final transient ObjectNode members;
    private final Duration retryAfter;

    private ProblemException(Problem problem, ObjectNode members, Duration retryAfter) {
        super(problem.detail());
        this.problem = problem;
        this.members = members;
        this.retryAfter = retryAfter;
    }

    ProblemException(Problem problem) {
        this(problem, JsonNodeFactory.instance.objectNode(), null);
    }

    /** One that concerns no single field. */
    ProblemException(int status, String code, String detail) {
        this(Problem.of(status, code, detail));
    }

    /** @param field at fault, as a path */
    ProblemException(int status, String code, String detail, String field) {
        this(new Problem(status, code, detail, field));
    }

    /** The same, with further members in its document. */
    ProblemException with(ObjectNode more) {
        return new ProblemException(problem, members.deepCopy().setAll(more), retryAfter);
    }

    /** The same, saying when to try again. */
    ProblemException retryAfter(Duration pause) {
        return new ProblemException(problem, members, pause);
    }

    ApiAnswer answer() {
        ApiAnswer answer =
                ApiAnswer.problem(problem.status(), problem.document().setAll(members));
        return retryAfter == null ? answer : answer.with("Retry-After", Long.toString(retryAfter.toSeconds()));
    }
}
