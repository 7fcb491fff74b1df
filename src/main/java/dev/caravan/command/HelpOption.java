package dev.caravan.command;

import picocli.CommandLine.Option;

/** What every command answers with its own help. */
final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    private boolean asked;
}
