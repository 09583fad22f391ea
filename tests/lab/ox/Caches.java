import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Stands in for the caches of one Open-Xchange process. Its argument is the process's cache.ccf, which says all that it
 * does: where it listens, how it finds the others, and of which regions it tells them.
 *
 * <p>It behaves as the lateral cache of JCS 1.3 does, with a protocol of lines instead of serialized objects:
 *
 * <ul>
 *   <li>It asks the multicast group once at its start who is there, announces itself when it is asked and every {@value
 *       #ANNOUNCE_S} seconds, and connects to each that announces itself. The group is reached by the route of the
 *       host, and the address that it announces is what the host's own name means to it.
 *   <li>Each process opens a connection to each other and sends on that one alone. What is broken is tried again after
 *       {@value #REPAIR_S} seconds, or when the other announces itself.
 *   <li>A put is sent where the region uses LTCP and its elements are lateral; with IssueRemoveOnPut it is sent as a
 *       remove. A remove is sent for each region that uses LTCP: that is how a change becomes known to the others.
 * </ul>
 *
 * <p>JCS sees a broken connection when it sends the next time, this program at once.
 *
 * <p>Commands on standard input: {@code put REGION KEY VALUE}, {@code remove REGION KEY}, {@code peers}. Lines on
 * standard output: {@code ready}; {@code peer HOST:PORT up} and {@code down}; {@code put REGION KEY VALUE from
 * HOST:PORT} and {@code remove REGION KEY from HOST:PORT}, where HOST:PORT is what the sender announces. The end of
 * standard input ends the commands alone.
 */
public final class Caches {
    private static final int ANNOUNCE_S = 30;
    private static final int REPAIR_S = 20;
    private static final int CONNECT_MS = 5000;

    private final Properties settings = new Properties();
    private final Map<String, Peer> peers = new ConcurrentSkipListMap<>();
    private final String self;
    private final int port;
    private final String group;
    private final int groupPort;

    private Caches(Path ccf) throws IOException {
        try (InputStream file = Files.newInputStream(ccf)) {
            settings.load(file);
        }
        port = Integer.parseInt(attribute("TcpListenerPort", "0"));
        self = InetAddress.getLocalHost().getHostAddress() + ":" + port;
        // What JCS takes where the file says nothing.
        group = attribute("UdpDiscoveryAddr", "228.5.6.7");
        groupPort = Integer.parseInt(attribute("UdpDiscoveryPort", "6789"));
    }

    public static void main(String[] args) throws IOException {
        Caches caches = new Caches(Path.of(args[0]));
        if (caches.flag(caches.attribute("Receive", "true"))) {
            caches.listen();
        }
        for (String server : caches.attribute("TcpServers", "").split(",")) {
            if (!server.isBlank()) {
                caches.meet(server.trim());
            }
        }
        if (caches.flag(caches.attribute("UdpDiscoveryEnabled", "true"))) {
            caches.discover();
        }
        say("ready");
        caches.obey();
    }

    private String attribute(String name, String otherwise) {
        return settings.getProperty("jcs.auxiliary.LTCP.attributes." + name, otherwise).trim();
    }

    private boolean flag(String value) {
        return value.trim().equalsIgnoreCase("true");
    }

    /** What the file says of a region; one that it does not name is as the default. */
    private String ofRegion(String region) {
        String named = "jcs.region." + region;
        return settings.containsKey(named) ? named : "jcs.default";
    }

    private boolean usesLateral(String region) {
        String auxiliaries = settings.getProperty(ofRegion(region), "");
        return Arrays.stream(auxiliaries.split(",")).anyMatch(name -> name.trim().equals("LTCP"));
    }

    private boolean sendsElements(String region) {
        String elements = ofRegion(region) + ".elementattributes";
        String from = settings.containsKey(elements) ? elements : "jcs.default.elementattributes";
        return flag(settings.getProperty(from + ".IsLateral", "true"));
    }

    private void discover() {
        MulticastSocket socket;
        try {
            socket = join();
        } catch (IOException problem) {
            // JCS says so and goes on alone.
            say("error group " + group + ": " + problem.getMessage());
            return;
        }
        start("discovery", () -> {
            DatagramPacket packet = new DatagramPacket(new byte[512], 512);
            while (true) {
                packet.setLength(512);
                socket.receive(packet);
                String[] words = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).split(" ");
                if (words[0].equals("who") && !words[words.length - 1].equals(self)) {
                    announce("here");
                } else if (words[0].equals("here") && words.length == 2 && !words[1].equals(self)) {
                    meet(words[1]);
                }
            }
        });
        announce("who");
        start("announcer", () -> {
            while (true) {
                Thread.sleep(ANNOUNCE_S * 1000L);
                announce("here");
            }
        });
    }

    @SuppressWarnings("deprecation")
    private MulticastSocket join() throws IOException {
        MulticastSocket socket = new MulticastSocket(groupPort);
        // As JCS does: the interface is that of the route, and without a route there is none.
        socket.joinGroup(InetAddress.getByName(group));
        return socket;
    }

    private void announce(String word) {
        byte[] text = (word + " " + self).getBytes(StandardCharsets.UTF_8);
        try (MulticastSocket socket = new MulticastSocket(groupPort)) {
            socket.send(new DatagramPacket(text, text.length, InetAddress.getByName(group), groupPort));
        } catch (IOException problem) {
            say("error " + problem.getMessage());
        }
    }

    private void meet(String address) {
        Peer known = peers.putIfAbsent(address, new Peer(address));
        if (known == null) {
            start("to " + address, peers.get(address)::stay);
        } else {
            known.hurry();
        }
    }

    private void listen() throws IOException {
        ServerSocket listener = new ServerSocket(port);
        start("listener", () -> {
            while (true) {
                Socket socket = listener.accept();
                start("from " + socket.getRemoteSocketAddress(), () -> receive(socket));
            }
        });
    }

    /** The first line of a connection is the address that the sender announces, each other one a change. */
    private void receive(Socket socket) throws IOException {
        try (socket;
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String sender = lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                say(line + " from " + sender);
            }
        }
    }

    private void obey() throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.trim().split(" ", 4);
            if (words[0].equals("peers")) {
                new TreeMap<>(peers).forEach((address, peer) -> say("peer " + address + (peer.isUp() ? " up" : " down")));
            } else if (words[0].equals("put") && words.length == 4) {
                put(words[1], words[2], words[3]);
            } else if (words[0].equals("remove") && words.length == 3) {
                send(words[1], line.trim());
            } else {
                say("error unknown: " + line);
            }
        }
    }

    private void put(String region, String key, String value) {
        if (sendsElements(region)) {
            boolean remove = flag(attribute("IssueRemoveOnPut", "false"));
            send(region, remove ? "remove " + region + " " + key : "put " + region + " " + key + " " + value);
        }
    }

    private void send(String region, String line) {
        if (usesLateral(region)) {
            peers.values().forEach(peer -> peer.send(line));
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private static void start(String name, Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException | InterruptedException problem) {
                say("error " + name + ": " + problem.getMessage());
            }
        });
        thread.start();
    }

    /** Another process, and the connection to it. */
    private final class Peer {
        private final String address;
        private Socket socket;

        Peer(String address) {
            this.address = address;
        }

        /** Connect, wait for the end of the connection, and do so again. */
        void stay() throws InterruptedException {
            int colon = address.lastIndexOf(':');
            String host = address.substring(0, colon);
            int hostPort = Integer.parseInt(address.substring(colon + 1));
            while (true) {
                try (Socket fresh = new Socket()) {
                    fresh.connect(new InetSocketAddress(host, hostPort), CONNECT_MS);
                    up(fresh);
                    // Nothing comes on this connection but its end.
                    while (fresh.getInputStream().read() >= 0) {}
                } catch (IOException broken) {
                    // The next attempt comes.
                }
                down();
            }
        }

        private synchronized void up(Socket fresh) throws IOException {
            socket = fresh;
            write(self);
            say("peer " + address + " up");
        }

        private synchronized void down() throws InterruptedException {
            if (socket != null) {
                say("peer " + address + " down");
            }
            socket = null;
            wait(REPAIR_S * 1000L);
        }

        synchronized boolean isUp() {
            return socket != null;
        }

        synchronized void hurry() {
            notifyAll();
        }

        synchronized void send(String line) {
            try {
                if (socket != null) {
                    write(line);
                }
            } catch (IOException broken) {
                say("error to " + address + ": " + broken.getMessage());
            }
        }

        private void write(String line) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }
}
