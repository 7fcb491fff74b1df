package dev.caravan.command;

/** What a command tells the script that ran it. */
final class ExitCode {

    static final int WELL = 0;

    /**
     * Some rows were rejected, some sends ended otherwise than sent, delivered or read, or what was looked for is not as it
     * should be.
     */
    static final int SOME_FAILED = 1;

    /** The command was not understood, or the file cannot be read. */
    static final int USAGE = 2;

    /** The gateway cannot be reached, refuses the key, or takes no more now. */
    static final int GATEWAY = 3;

    /** The gateway would not start with this configuration either. */
    static final int CONFIGURATION = 4;

    /** Something that should not happen; as EX_SOFTWARE in sysexits.h. */
    static final int DEFECT = 70;

    private ExitCode() {}
}
