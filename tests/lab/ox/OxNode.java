import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
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
 * Stands in for one Open-Xchange node: an AJP connector and a servlet container with the node's servlet paths. Its
 * arguments are the host's ajp.properties, from which it takes route, address and port, and the folder of the
 * filestore, where it has one.
 *
 * <p>Every request gets a session; the answer names the route and the servlet that the container chose, and the
 * client's address and scheme as the container knows them. A line on standard output has the servlet as well, for
 * answers that never reach the client. Beyond that:
 *
 * <ul>
 *   <li>{@code /infostore?action=write&name=N} writes the body to N in the filestore and answers with its size and
 *       digest when the file is on disk; {@code action=read} answers with those of the file, and its owner.
 *   <li>{@code /ajax/slow?ms=N} answers after N milliseconds.
 * </ul>
 *
 * <p>It says "ready" when it accepts connections. On SIGTERM it accepts no more, and ends with the requests in flight
 * or after {@value #PATIENCE_MS} ms.
 *
 * <p>No servlet API is named here, so that the same source compiles against Tomcat 9 (javax) and later (jakarta).
 */
public final class OxNode {
    private static final int PATIENCE_MS = 10_000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final Set<String> STORES = Set.of("read", "write");

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
        Properties settings = new Properties();
        try (InputStream file = Files.newInputStream(Path.of(args[0]))) {
            settings.load(file);
        }
        String address = setting(settings, "AJP_BIND_ADDR", args[0]);
        int port = Integer.parseInt(setting(settings, "AJP_PORT", args[0]));
        String route = setting(settings, "AJP_JVM_ROUTE", args[0]);
        Path filestore = args.length > 1 ? Path.of(args[1]) : null;
        Path scratch = Files.createTempDirectory("node");

        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(scratch.toString());
        tomcat.getEngine().setJvmRoute(route);
        Connector connector = new Connector("AJP/1.3");
        AbstractAjpProtocol<?> ajp = (AbstractAjpProtocol<?>) connector.getProtocolHandler();
        ajp.setAddress(InetAddress.getByName(address.equals("*") ? "0.0.0.0" : address));
        ajp.setSecretRequired(false);
        connector.setPort(port);
        // Tomcat closes the listening socket before it stops only if it was not bound early.
        connector.setProperty("bindOnInit", "false");
        // A port that is taken ends the program, as it ends the start of OX.
        connector.setThrowOnFailure(true);
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
        Answer answer = new Answer(route, filestore);
        context.getPipeline().addValve(answer);
        tomcat.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tomcat, connector, answer)));
        System.out.println("ready");
        tomcat.getServer().await();
    }

    private static String setting(Properties settings, String key, String file) {
        String value = settings.getProperty(key);
        if (value == null) {
            System.err.println(file + " has no " + key);
            System.exit(1);
        }
        return value.trim();
    }

    private static void stop(Tomcat tomcat, Connector connector, Answer answer) {
        connector.pause();
        connector.getProtocolHandler().closeServerSocketGraceful();
        try {
            for (int waited = 0; answer.inFlight.get() > 0 && waited < PATIENCE_MS; waited += 20) {
                Thread.sleep(20);
            }
            tomcat.stop();
        } catch (InterruptedException | LifecycleException problem) {
            System.err.println(problem);
        }
    }

    private static final class Answer extends ValveBase {
        private final String route;
        private final Path filestore;
        private final AtomicInteger inFlight = new AtomicInteger();

        Answer(String route, Path filestore) {
            this.route = route;
            this.filestore = filestore;
        }

        @Override
        public void invoke(Request request, Response response) throws IOException {
            inFlight.incrementAndGet();
            try {
                answer(request, response);
            } finally {
                inFlight.decrementAndGet();
            }
        }

        private void answer(Request request, Response response) throws IOException {
            String session = request.getSessionInternal(true).getIdInternal();
            String servlet = request.getWrapper().getName();
            String path = request.getDecodedRequestURI();
            System.out.println("request " + route + " " + request.getRemoteAddr() + " " + servlet + " " + path);
            String more = "";
            if (path.equals("/ajax/slow")) {
                sleep(query(request).getOrDefault("ms", "0"));
            } else if (servlet.equals("infostore") && STORES.contains(query(request).getOrDefault("action", ""))) {
                more = store(request, response);
            }
            response.setContentType("text/plain");
            response.getWriter().write(route + " " + servlet + " " + session + "\n");
            response.getWriter().write("from=" + request.getRemoteAddr() + " scheme=" + request.getScheme() + "\n" + more);
            // What is answered has left the connector when the request counts as done.
            response.finishResponse();
        }

        private String store(Request request, Response response) {
            Map<String, String> query = query(request);
            String name = query.getOrDefault("name", "");
            if (filestore == null || !NAME.matcher(name).matches()) {
                response.setStatus(filestore == null ? 404 : 400);
                return filestore == null ? "error=no filestore here\n" : "error=not a name for a file\n";
            }
            try {
                return query.get("action").equals("write")
                        ? write(request.getInputStream(), filestore.resolve(name))
                        : read(filestore.resolve(name));
            } catch (NoSuchFileException missing) {
                response.setStatus(404);
                return "error=no such file\n";
            } catch (IOException problem) {
                response.setStatus(500);
                return "error=" + problem + "\n";
            }
        }
    }

    /** The parameters of the address alone: to ask Tomcat would read a body that looks like a form. */
    private static Map<String, String> query(Request request) {
        Map<String, String> found = new HashMap<>();
        String text = request.getQueryString();
        for (String pair : text == null ? new String[0] : text.split("&")) {
            int sign = pair.indexOf('=');
            if (sign > 0) {
                found.put(pair.substring(0, sign), pair.substring(sign + 1));
            }
        }
        return found;
    }

    private static void sleep(String ms) {
        try {
            Thread.sleep(Long.parseLong(ms));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static String write(InputStream body, Path file) throws IOException {
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            String said = digest(body, out);
            out.force(true);
            return said;
        }
    }

    private static String read(Path file) throws IOException {
        Map<String, Object> owner = Files.readAttributes(file, "unix:uid,gid");
        try (InputStream in = Files.newInputStream(file)) {
            return digest(in, null).stripTrailing() + " uid=" + owner.get("uid") + " gid=" + owner.get("gid") + "\n";
        }
    }

    private static String digest(InputStream in, FileChannel copy) throws IOException {
        try {
            MessageDigest sum = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[65536];
            long size = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sum.update(buffer, 0, read);
                size += read;
                for (ByteBuffer rest = ByteBuffer.wrap(buffer, 0, read); copy != null && rest.hasRemaining(); ) {
                    copy.write(rest);
                }
            }
            return "sha256=" + String.format("%064x", new BigInteger(1, sum.digest())) + " size=" + size + "\n";
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
