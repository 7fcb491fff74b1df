package dev.caravan.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.message.ContentType;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Checkup.Standing.Bad;
import dev.caravan.provider.Checkup.Standing.Good;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Lookup;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.Tracking;
import dev.caravan.provider.Tracking.Tracks.Found;
import dev.caravan.provider.Tracking.Tracks.NotFound;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.VerdictRow;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;

/**
 * A provider that can be asked everything, over HTTP: {@code POST /send} answers an id, {@code POST /token} one for
 * {@code found}, {@code GET /checkup/<read>} anything, and {@code POST /status} with a list of ids a delivery by id; or with
 * our own id that of a message, or a guess.
 */
final class AskablePigeon implements Provider {

    private final String name;
    private final boolean looksUp;

    AskablePigeon() {
        this("pigeon", false);
    }

    /** @param looksUp whether its calls need a token */
    AskablePigeon(String name, boolean looksUp) {
        this.name = name;
        this.looksUp = looksUp;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String defaultBaseUrl() {
        return "https://pigeon.example";
    }

    @Override
    public Pace defaultPace() {
        return Pace.UNLIMITED;
    }

    @Override
    public List<Setting> settings() {
        return List.of();
    }

    @Override
    public Map<ContentType, Source> types() {
        return Map.of(ContentType.TEXT, Source.INFERRED);
    }

    @Override
    public Object request(Send send, Account account) {
        return Map.of("to", send.to().address());
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return answer.isSuccess()
                ? new Reading.Accepted(answer.json().path("id").textValue())
                : new Reading.Unclear(null);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return List.of();
    }

    private Verdict verdict(Answer answer) {
        Verdict verdict = HttpVerdicts.of(answer, null);
        return looksUp && answer.status() == 401 ? new Verdict.Stale(verdict) : verdict;
    }

    @Override
    public Optional<Lookup> lookup() {
        return looksUp ? Optional.of(new Token()) : Optional.empty();
    }

    @Override
    public Optional<Checkup> checkup() {
        return Optional.of(new Checkup() {
            @Override
            public List<String> reads() {
                return List.of("loft", "flock");
            }

            @Override
            public Standing read(String read, Answer answer, Account account) {
                return answer.isSuccess() ? new Good("the " + read + " is there") : new Bad(verdict(answer));
            }
        });
    }

    @Override
    public Optional<Tracking> tracking() {
        return Optional.of(new Status());
    }

    /** The routes of a provider of this kind. */
    RouteBuilder routes() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + name)
                        .process("request")
                        .marshal()
                        .json()
                        .setHeader("CamelHttpMethod", constant("POST"))
                        .setHeader("CamelHttpPath", constant("/send"))
                        .setHeader("Token", simple("${variable.found}"))
                        .to("direct:call")
                        .process("answer");
                RouteDefinition tracking = from("direct:" + name + "-tracking");
                if (looksUp) {
                    tracking.setVariable("about", body())
                            .removeVariable("question")
                            .to("direct:" + name + "-lookup")
                            .setBody(variable("about"));
                }
                tracking.marshal()
                        .json()
                        .setHeader("CamelHttpMethod", constant("POST"))
                        .setHeader("CamelHttpPath", constant("/status"))
                        .setHeader("Token", simple("${variable.found}"))
                        .to("direct:call");
                from("direct:" + name + "-checkup")
                        .setBody(constant((Object) null))
                        .setHeader("CamelHttpMethod", constant("GET"))
                        .setHeader("CamelHttpPath", simple("/checkup/${variable.list}"))
                        .to("direct:call");
                if (looksUp) {
                    from("direct:" + name + "-lookup")
                            .process("lookup-questions")
                            .loopDoWhile(simple("${variable.question} != null"))
                            .setBody(variable("question"))
                            .setHeader("CamelHttpMethod", constant("POST"))
                            .setHeader("CamelHttpPath", constant("/token"))
                            .to("direct:call")
                            .process("lookup-answer")
                            .end();
                }
            }
        };
    }

    /** One token for all sends. */
    private static final class Token implements Lookup {

        @Override
        public Optional<String> given(Send send, Account account) {
            return Optional.empty();
        }

        @Override
        public String key(Send send, Account account) {
            return "token";
        }

        @Override
        public List<Object> questions(Send send, Account account) {
            return List.of("a token, please");
        }

        @Override
        public Finding read(Answer answer, Send send, Account account) {
            return answer.isSuccess()
                    ? new Finding.Found(answer.body(), null)
                    : new Finding.Failed(HttpVerdicts.of(answer, null));
        }
    }

    private final class Status implements Tracking {

        @Override
        public int together() {
            return 3;
        }

        @Override
        public boolean findsUnknown() {
            return true;
        }

        @Override
        public Object question(List<Tracked> asked, Account account) {
            return asked.get(0).messageId() == null
                    ? Map.of("about", asked.get(0).id())
                    : Map.of("ids", asked.stream().map(Tracked::messageId).toList());
        }

        @Override
        public Tracks read(Answer answer, List<Tracked> asked, Account account) {
            if (!answer.isSuccess()) {
                return new NotFound(verdict(answer));
            }
            JsonNode json = answer.json();
            String first = asked.get(0).id();
            return new Found(
                    StreamSupport.stream(json.path("reports").spliterator(), false)
                            .map(Status::report)
                            .toList(),
                    json.has("is")
                            ? List.of(new Echo(first, List.of(json.path("is").asText()), Delivery.SENT))
                            : List.of(),
                    json.has("maybe")
                            ? List.of(new Hint(first, json.path("maybe").asText(), null))
                            : List.of());
        }

        private static Notice.Report report(JsonNode written) {
            String word = written.path(1).asText();
            return new Notice.Report(
                    List.of(written.path(0).asText()),
                    Delivery.valueOf(word.toUpperCase(Locale.ROOT)),
                    word,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
    }

    /** An account of it at an address. */
    Account account(String account, String baseUrl, Pace pace, int concurrency) {
        return AccountDraft.named(account)
                .of(name)
                .at(baseUrl)
                .pace(pace)
                .concurrency(concurrency)
                .timeout(Duration.ofSeconds(10))
                .settings(Map.of("key", "secret"))
                .account();
    }
}
