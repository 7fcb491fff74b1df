package dev.caravan.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The jar itself: without a command it starts the gateway. */
@Command(
        name = "java -jar caravan.jar",
        versionProvider = Caravan.Version.class,
        sortOptions = false,
        header = "Caravan, a gateway for WhatsApp sends.",
        customSynopsis = {
            "java -jar caravan.jar [--KEY=VALUE ...]           starts the gateway",
            "       java -jar caravan.jar COMMAND [OPTION ...]         runs a command"
        },
        description = {
            "",
            "The gateway reads the file application.yaml in the working directory, and --KEY=VALUE sets any key of it for"
                    + " this once, also for commands. The shipped application.yaml explains every key, and README.md how"
                    + " to begin.",
            ""
        },
        optionListHeading = "Options:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar --spring.profiles.active=sandbox",
            "  java -jar caravan.jar check orders.csv",
            "  java -jar caravan.jar send orders.csv --key @key.txt",
            "  java -jar caravan.jar keys new hub --scope send,read",
            "  java -jar caravan.jar verdict --provider NAME --answer body.json",
            "",
            "Exit codes of commands:",
            "  0  all well",
            "  1  some rows were rejected, some sends ended otherwise than sent,",
            "     delivered or read, or what was looked for is not as it should be",
            "  2  the command was not understood, or the file cannot be read",
            "  3  the gateway cannot be reached, refuses the key, or takes no more now",
            "  4  the configuration is wrong",
            "  70 a defect of Caravan"
        },
        subcommands = {
            Check.class,
            SendFile.class,
            Keys.class,
            JudgeAnswer.class,
            Webhooks.class,
            Verify.class,
            Backup.class,
            Recover.class,
            HelpCommand.class
        })
final class Caravan {

    private final Surroundings surroundings;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this, or the help of a command after its name.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    private boolean version;

    Caravan(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** As the build wrote it into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String built = Caravan.class.getPackage().getImplementationVersion();
            return new String[] {"Caravan " + (built == null ? "(not from its jar)" : built)};
        }
    }
}
