package dev.caravan.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;

/**
 * What Camel gets to see of a request: its path, and nothing else that a caller wrote. Camel makes message headers of all
 * headers and parameters, some of which steer routes, and reads the whole body into memory before the first step. The
 * steps read the request behind it.
 */
final class SealedRequest extends HttpServletRequestWrapper {

    SealedRequest(HttpServletRequest request) {
        super(request);
    }

    /** The request as it came. */
    HttpServletRequest unsealed() {
        return (HttpServletRequest) getRequest();
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.emptyEnumeration();
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.emptyEnumeration();
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return Map.of();
    }

    @Override
    public String[] getParameterValues(String name) {
        return null;
    }

    @Override
    public String getParameter(String name) {
        return null;
    }

    @Override
    public String getQueryString() {
        return null;
    }

    @Override
    public String getContentType() {
        return null;
    }

    @Override
    public String getCharacterEncoding() {
        return null;
    }

    @Override
    public int getContentLength() {
        return 0;
    }
}
