package dev.caravan;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Who may know whom, and what is not written here. */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "dev.caravan";

    private static final String PACKS = ROOT + ".provider.*..";

    @ArchTest
    static final ArchRule messageKnowsNothingOfOurs =
            only("message").because("the canonical message is the same whatever its source and its provider");

    @ArchTest
    static final ArchRule accountsKnowMessages =
            only("account", "message").because("an account is chosen by the recipient of a message");

    @ArchTest
    static final ArchRule providersKnowMessagesAndAccounts = only("provider", "message", "account")
            .because("a pack translates a message for an account, and has no say in when it is sent");

    @ArchTest
    static final ArchRule ledgerKnowsMessagesAndAccounts = only("ledger", "message", "account")
            .because("the ledger keeps what was accepted, whatever way it came and goes");

    @ArchTest
    static final ArchRule intakeEndsAtTheLedger = only("intake", "provider", "account", "ledger", "message")
            .because("a send is accepted into the ledger, never handed to delivery");

    @ArchTest
    static final ArchRule deliveryBeginsAtTheLedger = only("delivery", "provider", "account", "ledger", "message")
            .because("delivery takes what is due from the ledger, whoever put it there");

    @ArchTest
    static final ArchRule outcomesAreReadFromTheLedger = only("outcome", "intake", "ledger", "message")
            .because("outcomes come from the history, and a report repeats the rows of its file");

    @ArchTest
    static final ArchRule careIsOfTheLedgerAndItsFiles = only("care", "intake", "outcome", "ledger", "message")
            .because("what is kept is in the ledger, in the files of batches and in their reports");

    @ArchTest
    static final ArchRule commandsKnowTheWayOfASend = only(
                    "command", "api", "intake", "delivery", "provider", "account", "ledger", "message")
            .because(
                    "a command reads files and judges answers as the gateway does, and talks to a running one with keys"
                            + " of its making");

    @ArchTest
    static final ArchRule restDoorLeadsToTheOthers = only(
                    "api", "care", "intake", "delivery", "outcome", "provider", "account", "ledger", "message")
            .because("a request asks for what other packages do, and none of them knows who asks");

    @ArchTest
    static final ArchRule jmsIsADoorAndNoWayThrough = only("jms", "intake", "outcome", "account", "ledger", "message")
            .because("a message becomes sends at intake, and its replies are outcomes; no broker stands in between");

    @ArchTest
    static final ArchRule onlyTheJmsDoorKnowsJms = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT, ROOT + ".jms")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.jms..", "org.apache.activemq..", "org.springframework.jms..")
            .because("a gateway without a broker runs without these classes");

    @ArchTest
    static final ArchRule sandboxStandsForTheProviders = only("sandbox", "account", "api", "provider", "ledger")
            .because(
                    "it answers calls as a provider would, reports to the accounts' addresses, makes a key to try, and asks"
                            + " the ledger whether it is new");

    @ArchTest
    static final ArchRule nothingKnowsTheSandbox = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".sandbox")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".sandbox")
            .because("a gateway in production runs the same code with or without it");

    @ArchTest
    static final ArchRule onlyConfigurationsKnowTheRoot = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT)
            .and()
            .haveNameNotMatching(".*Configuration(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT)
            .because("a class gets the values it needs, not the whole configuration");

    @ArchTest
    static final ArchRule packagesHaveNoCycles = slices().assignedFrom(packages())
            .should()
            .beFreeOfCycles()
            .because("packages that know each other can only be understood together");

    @ArchTest
    static final ArchRule packsKnowNoOtherPack = slices().matching(ROOT + ".provider.(*)..")
            .should()
            .notDependOnEachOther()
            .because("a provider that changes its API changes one package");

    @ArchTest
    static final ArchRule nobodyKnowsAPack = noClasses()
            .that()
            .resideOutsideOfPackage(PACKS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PACKS)
            .because("a new provider is one package, one route and its golden cases, and nothing else changes");

    @ArchTest
    static final ArchRule messagesAndPacksAreFreeOfFrameworks = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".message..", ROOT + ".provider..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "org.apache.camel..", "jakarta..")
            .because("what a message is, and what a provider makes of it, is tested with plain values");

    @ArchTest
    static final ArchRule oneLog = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.because("SLF4J writes the log");

    @ArchTest
    static final ArchRule nothingIsPrintedPastTheLog =
            NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.because("what is printed has no level and no time");

    @ArchTest
    static final ArchRule exceptionsHaveATypeOfTheirOwn =
            NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.because("who catches one must be able to tell it from others");

    @ArchTest
    static final ArchRule objectsAreMadeWithTheirConstructor =
            NO_CLASSES_SHOULD_USE_FIELD_INJECTION.because("a test makes an object as the application does");

    @ArchTest
    static final ArchRule noThreadSleeps = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .orShould()
            .callMethod(TimeUnit.class, "sleep", long.class)
            .because("waiting is a due time in the ledger or a timer, which hold no thread");

    @ArchTest
    static final ArchRule namesSayWhatAClassDoes = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .because("such a name fits everything, so everything ends up there");

    @ArchTest
    static final ArchRule whatIsPublicIsUsedElsewhere = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .and()
            .doNotBelongToAnyOf(CaravanApplication.class)
            .should(beUsedFromAnotherPackage())
            .because("what is package-private can be changed after reading one package");

    /** Of ours, classes of the package use none but their own, those of the packages named, and the root's. */
    private static ArchRule only(String name, String... others) {
        String[] known = Stream.concat(
                        Stream.of(ROOT, ROOT + "." + name + ".."),
                        Stream.of(others).map(other -> ROOT + "." + other))
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> allowed =
                resideOutsideOfPackage(ROOT + "..").or(resideInAnyPackage(known));
        return classes()
                .that()
                .resideInAPackage(ROOT + "." + name + "..")
                .should()
                .onlyDependOnClassesThat(are(allowed))
                .as("package " + name + " should know "
                        + (others.length == 0 ? "no other package" : "only " + String.join(", ", others)) + " of ours");
    }

    /** The way in stands above them all: it starts a command or the gateway. */
    private static SliceAssignment packages() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return type.getPackageName().startsWith(ROOT) && !type.isEquivalentTo(CaravanApplication.class)
                        ? SliceIdentifier.of(type.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        };
    }

    private static ArchCondition<JavaClass> beUsedFromAnotherPackage() {
        return new ArchCondition<>("be used from another package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean used = isNamedOutside(type) || isInSignature(type);
                events.add(new SimpleConditionEvent(type, used, type.getName() + " is used in its own package only"));
            }
        };
    }

    /** It or a type nested in it. */
    private static boolean isNamedOutside(JavaClass type) {
        Stream<JavaClass> nested = type.getPackage().getClasses().stream()
                .filter(other -> other.getName().startsWith(type.getName() + "$"));
        return Stream.concat(Stream.of(type), nested)
                .flatMap(one -> one.getDirectDependenciesToSelf().stream())
                .anyMatch(dependency ->
                        !dependency.getOriginClass().getPackageName().equals(type.getPackageName()));
    }

    /** A caller elsewhere can use it without its name, as a lambda or by the type of a method. */
    private static boolean isInSignature(JavaClass type) {
        return Stream.concat(
                        type.getMethodsWithParameterTypeOfSelf().stream(),
                        type.getMethodsWithReturnTypeOfSelf().stream())
                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                .anyMatch(method -> method.getOwner().getModifiers().contains(JavaModifier.PUBLIC)
                        && !method.getOwner().equals(type));
    }
}
