package dev.caravan.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Content.Text;
import dev.caravan.message.InvalidSendException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateFormTest {

    private static final TemplateForm TEXT = new TemplateForm(null, null, Map.of(), "Order {{ 1 }} has left.");

    @Test
    void aTextHasTheParametersOfTheSend() {
        assertThat(TEXT.of(new Template("order", "en", Map.of("1", "$1 \\ {{1}}"), null)))
                .isEqualTo(new Text("Order $1 \\ {{1}} has left."));
    }

    /** The recipient would get the message without its file. */
    @Test
    void aTextRefusesATemplateWithAFileRatherThanLeaveThatOut() {
        Template written = new Template(
                "order", "en", Map.of("1", "A-7"), new Item("https://example.com/invoice.pdf", "invoice.pdf"));

        assertThatThrownBy(() -> TEXT.of(written)).isInstanceOfSatisfying(InvalidSendException.class, refused -> {
            assertThat(refused.field()).isEqualTo("template.header");
            assertThat(refused.code()).isEqualTo("unsupported");
        });
    }
}
