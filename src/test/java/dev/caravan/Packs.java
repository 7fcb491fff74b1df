package dev.caravan;

import dev.caravan.provider.Provider;
import dev.caravan.provider.Simulator;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.BeanUtils;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;

/** The provider packs, found as the application finds them. */
public final class Packs {

    private Packs() {}

    /** One of each, in the order of their names. */
    public static List<Provider> all() {
        return found(Provider.class)
                .sorted(Comparator.comparing(Provider::name))
                .toList();
    }

    /** A simulator of a provider, as new as a sandbox that has just started; a pack need not bring one. */
    public static Optional<Simulator> simulator(String provider) {
        return found(Simulator.class)
                .filter(simulator -> simulator.provider().equals(provider))
                .findFirst();
    }

    private static <T> Stream<T> found(Class<T> kind) {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(kind));
        return scanner.findCandidateComponents("dev.caravan.provider").stream()
                .map(found -> ClassUtils.resolveClassName(found.getBeanClassName(), Packs.class.getClassLoader()))
                .map(type -> kind.cast(BeanUtils.instantiateClass(type)));
    }
}
