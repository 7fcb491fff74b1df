package dev.caravan;

import dev.caravan.provider.Provider;
import java.util.Comparator;
import java.util.List;
import org.springframework.beans.BeanUtils;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;

/** The provider packs, found as the application finds them. */
public final class Packs {

    private Packs() {}

    /** One of each, in the order of their names. */
    public static List<Provider> all() {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(Provider.class));
        return scanner.findCandidateComponents("dev.caravan.provider").stream()
                .map(found -> ClassUtils.resolveClassName(found.getBeanClassName(), Packs.class.getClassLoader()))
                .map(type -> (Provider) BeanUtils.instantiateClass(type))
                .sorted(Comparator.comparing(Provider::name))
                .toList();
    }
}
