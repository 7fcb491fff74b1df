package dev.caravan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Finds the route files that {@code camel.main.routes-include-pattern} means, with Spring's resolver: Camel's own reads
 * through every jar in the executable jar for each pattern, which takes seconds, and loses the folders below {@code **}.
 */
class RouteFiles extends DefaultRoutesCollector {

    @Override
    public Collection<Resource> findRouteResourcesFromDirectory(
            CamelContext context, String excludePattern, String includePattern) {
        return Arrays.stream(includePattern.split(","))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .flatMap(pattern -> find(pattern).stream())
                .toList();
    }

    private static List<Resource> find(String pattern) {
        try {
            List<Resource> files = new ArrayList<>();
            for (org.springframework.core.io.Resource file :
                    new PathMatchingResourcePatternResolver().getResources(pattern)) {
                files.add(ResourceHelper.fromBytes(file.getFilename(), file.getContentAsByteArray()));
            }
            if (files.isEmpty()) {
                throw missing("there are no routes in " + pattern);
            }
            return files;
        } catch (IOException unreadable) {
            throw missing("the routes in " + pattern + " cannot be read: " + unreadable.getMessage());
        }
    }

    private static ConfigurationException missing(String problem) {
        return new ConfigurationException(
                "caravan.routes",
                problem,
                "Name the folder that holds intake, delivery, providers, outcomes and care, with file: before it.");
    }
}
