import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * Stands in for the database pools of one Open-Xchange process. Arguments: a mode, the process's configdb.properties,
 * and options. Endpoints, login and timeouts come from the file, by the rules of Open-Xchange: readProperty.N and
 * writeProperty.N are split at their first equals sign; without useSeparateWrite writes go to the place of the reads;
 * with writeOnly reads go to the place of the writes; a connection older than maxLifeTime is replaced.
 *
 * <ul>
 *   <li>{@code prepare FILE} makes the table {@value #TABLE} where it is missing.
 *   <li>{@code load FILE --writers W --readers R --interval MS --client NAME} writes and reads until SIGTERM or the end
 *       of standard input. Each thread has a connection of its own, waits MS between operations, and after an error
 *       throws the connection away and goes on after {@value #PAUSE_MS} ms with a new one and the next number. For each
 *       operation one line: {@code KIND CLIENT THREAD SEQ BEGIN END ok SERVER}, or {@code error CLASS: MESSAGE} in place
 *       of the last two; KIND is read or write, the times are milliseconds since 1970 by the machine's clock, and SEQ
 *       goes up by one from the time of the start, so that a client that comes back writes rows that are not there. A
 *       write is acknowledged when its line says ok.
 *   <li>{@code stale FILE --count N --readers R --client NAME} writes a row and reads it at once by the next of R read
 *       connections, N times, and prints {@code stale MISSED of N, writes on SERVER, reads on SERVER,SERVER}.
 * </ul>
 *
 * <p>The driver is MariaDB's, whatever the file says: that of MySQL is not in Debian.
 */
public final class DatabaseClient {
    private static final String TABLE = "configdb.lab_writes";
    private static final int PAUSE_MS = 20;
    private static final int GRACE_MS = 1000;

    private static final String CREATE = "CREATE TABLE IF NOT EXISTS " + TABLE
            + " (client VARCHAR(64) NOT NULL, writer INT NOT NULL, seq BIGINT NOT NULL, server VARCHAR(64) NOT NULL,"
            + " PRIMARY KEY (client, writer, seq)) ENGINE=InnoDB";
    private static final String INSERT = "INSERT INTO " + TABLE + " VALUES (?, ?, ?, @@hostname)";
    private static final String SELECT =
            "SELECT (SELECT server FROM " + TABLE + " WHERE client = ? AND writer = ? AND seq = ?)";

    private static volatile boolean ended;

    private final Properties settings = new Properties();
    private final Map<String, String> options = new HashMap<>();

    private DatabaseClient(String[] args) throws IOException {
        try (InputStream file = Files.newInputStream(Path.of(args[1]))) {
            settings.load(file);
        }
        for (int i = 2; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        DatabaseClient client = new DatabaseClient(args);
        try {
            if (args[0].equals("prepare")) {
                client.prepare();
            } else if (args[0].equals("load")) {
                client.load();
            } else {
                client.stale();
            }
        } catch (SQLException problem) {
            System.err.println(text(problem));
            System.exit(1);
        }
    }

    private int number(String option, int otherwise) {
        return Integer.parseInt(options.getOrDefault(option, String.valueOf(otherwise)));
    }

    private String client() {
        return options.getOrDefault("--client", "client");
    }

    private boolean flag(String key) {
        return Boolean.parseBoolean(settings.getProperty(key, "false").trim());
    }

    /** A pool of one connection, to where the process sends such statements. */
    private Pool pool(boolean forWrites) {
        boolean write = forWrites ? flag("useSeparateWrite") || flag("writeOnly") : flag("writeOnly");
        String kind = write ? "write" : "read";
        Properties login = new Properties();
        for (String key : settings.stringPropertyNames()) {
            if (key.startsWith(kind + "Property.")) {
                String value = settings.getProperty(key);
                int sign = value.indexOf('=');
                login.setProperty(value.substring(0, sign), value.substring(sign + 1));
            }
        }
        // MariaDB's driver connects again within the statement that failed, which takes its time; MySQL's does so with
        // the next one, and by then the pool has thrown the connection away.
        login.remove("autoReconnect");
        long lifetime = Long.parseLong(settings.getProperty("maxLifeTime", "600000").trim());
        return new Pool(settings.getProperty(kind + "Url").trim(), login, Duration.ofMillis(lifetime));
    }

    private void prepare() throws SQLException {
        try (Pool pool = pool(true);
                Statement statement = pool.connection().createStatement()) {
            statement.execute(CREATE);
        }
    }

    private void load() throws IOException, InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i <= number("--writers", 1); i++) {
            int thread = i;
            threads.add(new Thread(() -> repeat("write", thread)));
        }
        for (int i = 1; i <= number("--readers", 1); i++) {
            int thread = i;
            threads.add(new Thread(() -> repeat("read", thread)));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(threads)));
        threads.forEach(thread -> thread.setDaemon(true));
        threads.forEach(Thread::start);
        while (System.in.read() >= 0) {}
        System.exit(0);
    }

    /** What is in flight may end; a write whose line is not printed was not acknowledged. */
    private static void end(List<Thread> threads) {
        ended = true;
        Instant limit = Instant.now().plusMillis(GRACE_MS);
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, Duration.between(Instant.now(), limit).toMillis()));
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void repeat(String kind, int thread) {
        int interval = number("--interval", PAUSE_MS);
        try (Pool pool = pool(kind.equals("write"))) {
            for (long seq = Instant.now().toEpochMilli(); !ended; seq++) {
                Instant begin = Instant.now();
                String result;
                boolean failed = false;
                try {
                    if (kind.equals("write")) {
                        write(pool, thread, seq);
                    } else {
                        read(pool, thread, seq);
                    }
                    result = "ok " + pool.server();
                } catch (SQLException problem) {
                    pool.throwAway();
                    result = "error " + text(problem);
                    failed = true;
                }
                say(String.join(" ", kind, client(), thread + "", seq + "", ms(begin), ms(Instant.now()), result));
                Thread.sleep(failed ? PAUSE_MS : interval);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void stale() throws SQLException {
        int count = number("--count", 100);
        List<Pool> readers = new ArrayList<>();
        for (int i = 0; i < number("--readers", 1); i++) {
            readers.add(pool(false));
        }
        int missed = 0;
        Set<String> servers = new TreeSet<>();
        try (Pool writer = pool(true)) {
            for (Pool reader : readers) {
                servers.add(reader.server());
            }
            long first = Instant.now().toEpochMilli();
            for (int i = 0; i < count; i++) {
                write(writer, 1, first + i);
                missed += read(readers.get(i % readers.size()), 1, first + i) ? 0 : 1;
            }
            say("stale " + missed + " of " + count + ", writes on " + writer.server() + ", reads on "
                    + String.join(",", servers));
        } finally {
            readers.forEach(Pool::throwAway);
        }
    }

    private void write(Pool pool, int thread, long seq) throws SQLException {
        try (PreparedStatement insert = pool.connection().prepareStatement(INSERT)) {
            fill(insert, thread, seq).executeUpdate();
        }
    }

    /** Whether the row is there. */
    private boolean read(Pool pool, int thread, long seq) throws SQLException {
        try (PreparedStatement select = pool.connection().prepareStatement(SELECT);
                ResultSet row = fill(select, thread, seq).executeQuery()) {
            row.next();
            return row.getString(1) != null;
        }
    }

    private PreparedStatement fill(PreparedStatement statement, int thread, long seq) throws SQLException {
        statement.setString(1, client());
        statement.setInt(2, thread);
        statement.setLong(3, seq);
        return statement;
    }

    private static String ms(Instant when) {
        return String.format(Locale.ROOT, "%d.%03d", when.toEpochMilli(), when.getNano() / 1000 % 1000);
    }

    private static String text(SQLException problem) {
        return problem.getClass().getSimpleName() + ": " + String.valueOf(problem.getMessage()).replaceAll("\\s+", " ");
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static final class Pool implements AutoCloseable {
        private final String url;
        private final Properties login;
        private final Duration lifetime;
        private Connection connection;
        private Instant born;
        private String server;

        Pool(String url, Properties login, Duration lifetime) {
            this.url = url;
            this.login = login;
            this.lifetime = lifetime;
        }

        Connection connection() throws SQLException {
            if (connection != null && Instant.now().isAfter(born.plus(lifetime))) {
                throwAway();
            }
            if (connection == null) {
                born = Instant.now();
                connection = DriverManager.getConnection(url, login);
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("SELECT @@hostname")) {
                    row.next();
                    server = row.getString(1);
                }
            }
            return connection;
        }

        /** The server behind the connection: proxies choose it when the connection is made, and never later. */
        String server() throws SQLException {
            connection();
            return server;
        }

        void throwAway() {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (SQLException broken) {
                // It is gone either way.
            }
            connection = null;
        }

        @Override
        public void close() {
            throwAway();
        }
    }
}
