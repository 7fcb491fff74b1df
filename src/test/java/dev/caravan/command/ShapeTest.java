package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** Keys and types of JSON, whatever the values. */
class ShapeTest {

    @Test
    void valuesAndTheirOrderDoNotMatter() throws JsonProcessingException {
        assertThat(shape("{'a': 1, 'b': [{'c': 'x'}]}").differences(shape("{'b': [{'c': 'y'}, {'c': ''}], 'a': 2.5}")))
                .isEmpty();
    }

    @Test
    void everyDifferenceIsNamedOnce() throws JsonProcessingException {
        assertThat(shape("{'id': '1', 'new': {'deep': 1}, 'rows': [1, null]}")
                        .differences(shape("{'id': 1, 'gone': {'deep': 1}, 'rows': [2]}")))
                .containsExactly(
                        "gone is missing",
                        "id is text, not number",
                        "new is new: object",
                        "rows[] is null or number, not number");
    }

    @Test
    void textIsNotJson() throws JsonProcessingException {
        assertThat(shape("'<html>'").differences(shape("{}"))).containsExactly("the answer is text, not object");
    }

    private static Shape shape(String json) throws JsonProcessingException {
        return Shape.of(new ObjectMapper().readTree(json.replace('\'', '"')));
    }
}
