import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ajp.AbstractAjpProtocol;

/**
 * Stands in for one Open-Xchange node: an AJP connector and a servlet container with the node's servlet paths. Every
 * request gets a session; the answer names the servlet that the container chose, and the client's address and scheme as
 * the container knows them. A line on standard output has the servlet as well, for answers that never reach the client.
 *
 * <p>No servlet API is named here, so that the same source compiles against Tomcat 9 (javax) and later (jakarta).
 */
public final class OxNode {
    private static final String[][] SERVLETS = {
        {"ajax", "/ajax/*"},
        {"servlet", "/servlet/*"},
        {"soap", "/servlet/axis2/services/*", "/webservices/*"},
        {"infostore", "/infostore/*"},
        {"publications", "/publications/*"},
        {"activesync", "/Microsoft-Server-ActiveSync/*"},
        {"usm", "/usm-json/*"},
        {"other", "/"},
    };

    public static void main(String[] args) throws IOException, LifecycleException {
        String bindAddress = args[0];
        int port = Integer.parseInt(args[1]);
        String route = args[2];
        Path scratch = Files.createTempDirectory("node");

        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(scratch.toString());
        tomcat.getEngine().setJvmRoute(route);
        Connector connector = new Connector("AJP/1.3");
        AbstractAjpProtocol<?> ajp = (AbstractAjpProtocol<?>) connector.getProtocolHandler();
        ajp.setAddress(InetAddress.getByName(bindAddress));
        ajp.setSecretRequired(false);
        connector.setPort(port);
        tomcat.setConnector(connector);

        Context context = tomcat.addContext("", scratch.toString());
        for (String[] servlet : SERVLETS) {
            Wrapper wrapper = context.createWrapper();
            wrapper.setName(servlet[0]);
            context.addChild(wrapper);
            for (int i = 1; i < servlet.length; i++) {
                context.addServletMappingDecoded(servlet[i], servlet[0]);
            }
        }
        context.getPipeline().addValve(new Answer(route));
        tomcat.start();
        System.out.println("ready");
        tomcat.getServer().await();
    }

    private static final class Answer extends ValveBase {
        private final String route;

        Answer(String route) {
            this.route = route;
        }

        @Override
        public void invoke(Request request, Response response) throws IOException {
            String session = request.getSessionInternal(true).getIdInternal();
            String servlet = request.getWrapper().getName();
            System.out.println(
                    "request " + route + " " + request.getRemoteAddr() + " " + servlet + " " + request.getDecodedRequestURI());
            response.setContentType("text/plain");
            response.getWriter().write(route + " " + servlet + " " + session + "\n");
            response.getWriter().write("from=" + request.getRemoteAddr() + " scheme=" + request.getScheme() + "\n");
        }
    }
}
