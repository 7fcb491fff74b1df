package dev.caravan.api;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;

/**
 * The same for requests that the server refuses before any filter sees them, instead of its own page. An answer that has
 * begun and cannot be finished can be broken off, see {@link #breakOff}.
 */
public final class ServerErrors extends ErrorReportValve {

    private static final String BREAK_OFF = ServerErrors.class.getName() + ".breakOff";

    /** Hangs up instead of ending the answer to a request properly. */
    public static void breakOff(HttpServletRequest request) {
        if (request.getAttribute(BREAK_OFF) instanceof Runnable breakOff) {
            breakOff.run();
        }
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable breakOff = () -> response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        request.setAttribute(BREAK_OFF, breakOff);
        super.invoke(request, response);
    }

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        boolean answered = response.getStatus() < 400 || response.getContentWritten() > 0;
        if (answered || !response.setErrorReported()) {
            return;
        }
        AtomicBoolean writable = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, writable);
        if (!writable.get()) {
            return;
        }
        try {
            Refusal.write(response, Refusal.of(response.getStatus()));
            response.finishResponse();
        } catch (IOException gone) {
            // Nobody is left to answer.
            container.getLogger().debug("an error could not be reported", gone);
        }
    }
}
