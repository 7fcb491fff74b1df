package dev.caravan.command;

import dev.caravan.ledger.LedgerException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells commands from a start of the gateway, and runs them. */
public final class Commands {

    /** As Spring Boot takes a property on the command line. */
    private static final Pattern PROPERTY = Pattern.compile("--[^-=\\s][^=\\s]*=.*", Pattern.DOTALL);

    /** One that no option of a command can be: its name has a dot. */
    private static final Pattern DOTTED_PROPERTY = Pattern.compile("--[^=\\s]*\\.[^=\\s]*(=.*)?", Pattern.DOTALL);

    private static final List<String> SWITCHES_OF_SPRING = List.of("--debug", "--trace");

    private static final Pattern KEY = Pattern.compile("cvn_[\\w-]*|(?<=--key=)[^'\\s]+");

    private Commands() {}

    /** Whether arguments are for a command; without any, or with nothing but configuration, the gateway starts. */
    public static boolean isCommand(String... arguments) {
        return !Arrays.stream(arguments)
                .allMatch(argument -> PROPERTY.matcher(argument).matches()
                        || isConfiguration(argument)
                        || SWITCHES_OF_SPRING.contains(argument));
    }

    /**
     * Runs a command.
     *
     * @return its exit code
     */
    public static int run(String... arguments) {
        List<String> configuration =
                Arrays.stream(arguments).filter(Commands::isConfiguration).toList();
        String[] others = Arrays.stream(arguments)
                .filter(Predicate.not(Commands::isConfiguration))
                .toArray(String[]::new);
        return line(Surroundings.ofProcess(configuration)).execute(others);
    }

    static CommandLine line(Surroundings surroundings) {
        return new CommandLine(new Caravan(surroundings))
                .setExpandAtFiles(false) // @FILE is where a key stands
                .setAbbreviatedOptionsAllowed(false)
                .setParameterExceptionHandler(Commands::notUnderstood)
                .setExecutionExceptionHandler(Commands::failed);
    }

    static boolean isConfiguration(String argument) {
        return DOTTED_PROPERTY.matcher(argument).matches();
    }

    private static int notUnderstood(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(withoutKeys(message(problem)));
        if (problem instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                err.println("Did you mean: " + String.join(", ", suggestions) + "?");
            }
        }
        err.println("See: java -jar caravan.jar "
                + (command.getParent() == null ? "--help" : subcommand(command) + " --help"));
        return ExitCode.USAGE;
    }

    private static String message(ParameterException problem) {
        boolean isSubcommand = problem instanceof UnmatchedArgumentException
                && problem.getCommandLine()
                        .getCommandSpec()
                        .positionalParameters()
                        .isEmpty();
        String first = isSubcommand
                ? ((UnmatchedArgumentException) problem).getUnmatched().get(0)
                : "-";
        return first.startsWith("-") ? problem.getMessage() : "There is no command '" + Printable.line(first) + "'.";
    }

    private static String subcommand(CommandLine command) {
        return command.getCommandSpec().qualifiedName(" ").replaceFirst("^java -jar \\S+ ", "");
    }

    private static int failed(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (failure instanceof CommandFailedException expected) {
            if (expected.getMessage() != null) {
                err.println(withoutKeys(expected.getMessage()));
            }
            return expected.exitCode();
        }
        if (failure instanceof LedgerException || failure instanceof UncheckedIOException) {
            err.println(withoutKeys(failure.getMessage()));
            return ExitCode.USAGE;
        }
        err.println("This should not have happened: " + withoutKeys(failure.toString()));
        return ExitCode.DEFECT;
    }

    /** What is typed wrongly is repeated, and it may be a key. */
    private static String withoutKeys(String message) {
        return KEY.matcher(message).replaceAll("…");
    }
}
