package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ProblemTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void documentHasTheMembersOfTheStandardAndOurs() throws Exception {
        Problem problem = new Problem(422, "invalid-send", "The field 'to' is \"no\" number.", "to");

        assertThat(JSON.readTree(problem.json()))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"type": "urn:caravan:problem:invalid-send", "title": "Invalid send", "status": 422,
                                 "detail": "The field 'to' is \\"no\\" number.", "code": "invalid-send", "field": "to"}
                                """));
    }

    @Test
    void aProblemOfNoFieldNamesNone() {
        assertThat(Problem.of(404, "not-found", "There is nothing here.")
                        .document()
                        .has("field"))
                .isFalse();
    }
}
