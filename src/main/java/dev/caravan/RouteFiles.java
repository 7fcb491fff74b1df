package dev.caravan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Finds the route files that {@code camel.main.routes-include-pattern} means, with Spring's resolver: Camel's own reads
 * through every jar in the executable jar for each pattern, which takes seconds, and loses the folders below {@code **}.
 */
@Component
class RouteFiles extends DefaultRoutesCollector {

    @Override
    public Collection<Resource> findRouteResourcesFromDirectory(
            CamelContext context, String excludePattern, String includePattern) {
        PathMatchingResourcePatternResolver resolver = new PathMatchingResourcePatternResolver();
        List<Resource> files = new ArrayList<>();
        for (String pattern : includePattern.split(",")) {
            try {
                if (!pattern.isBlank()) {
                    for (org.springframework.core.io.Resource file : resolver.getResources(pattern.strip())) {
                        files.add(ResourceHelper.fromBytes(file.getFilename(), file.getContentAsByteArray()));
                    }
                }
            } catch (IOException unreadable) {
                throw new ConfigurationException(
                        "caravan.routes",
                        "the routes in " + pattern.strip() + " cannot be read: " + unreadable.getMessage(),
                        "Name the folder that holds intake, delivery, providers and outcomes, with file: before it.");
            }
        }
        return files;
    }
}
