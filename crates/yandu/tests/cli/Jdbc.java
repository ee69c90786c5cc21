import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.TreeSet;

/** The JDBC driver of PostgreSQL against the city; prints a line for each thing it sees. */
class Jdbc {
    public static void main(String[] line) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("user", line[1]);
        properties.setProperty("password", line[2]);
        try (Connection connection = DriverManager.getConnection(line[0], properties)) {
            catalogue(connection);
            values(connection);
            fetched(connection);
            faults(connection);
        }
    }

    private static void catalogue(Connection connection) throws SQLException {
        DatabaseMetaData about = connection.getMetaData();
        TreeSet<String> tables = new TreeSet<>();
        try (ResultSet found = about.getTables(null, "club", "%", new String[] {"TABLE"})) {
            while (found.next()) {
                tables.add(found.getString("TABLE_NAME"));
            }
        }
        System.out.println("tables " + tables);
        StringBuilder columns = new StringBuilder();
        try (ResultSet found = about.getColumns(null, "club", "member", "%")) {
            while (found.next()) {
                columns.append(' ').append(found.getString("COLUMN_NAME")).append(':').append(found.getString("TYPE_NAME"));
            }
        }
        System.out.println("columns" + columns);
        int keys = count(about.getPrimaryKeys(null, "club", "member")) + count(about.getIndexInfo(null, "club", "member", false, false))
                + count(about.getImportedKeys(null, "club", "member")) + count(about.getBestRowIdentifier(null, "club", "member", 0, true))
                + count(about.getFunctions(null, null, "%"));
        boolean isTyped = count(about.getTypeInfo()) > 0 && count(about.getSchemas()) > 0 && !about.getSQLKeywords().isEmpty();
        System.out.println("keys " + keys + " types " + isTyped);
    }

    private static int count(ResultSet rows) throws SQLException {
        int count = 0;
        try (rows) {
            while (rows.next()) {
                count++;
            }
        }
        return count;
    }

    private static void values(Connection connection) throws SQLException {
        String sql = "SELECT number, place, amount, day, open FROM club.reading WHERE number = ? AND amount = ? AND day = ?";
        try (PreparedStatement asking = connection.prepareStatement(sql)) {
            // More often than the driver's threshold, from which on it prepares on the server and reads in binary.
            for (int time = 0; time < 8; time++) {
                asking.setLong(1, 1);
                asking.setBigDecimal(2, new BigDecimal("1234.50"));
                asking.setDate(3, Date.valueOf("2024-02-29"));
                try (ResultSet found = asking.executeQuery()) {
                    while (found.next()) {
                        if (time == 7) {
                            System.out.println("row " + found.getLong(1) + " " + found.getString(2) + " " + found.getBigDecimal(3)
                                    + " " + found.getDate(4) + " " + found.getBoolean(5));
                        }
                    }
                }
            }
        }
    }

    private static void fetched(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        long sum = 0;
        try (Statement asking = connection.createStatement()) {
            asking.setFetchSize(10);
            try (ResultSet found = asking.executeQuery("SELECT value FROM generate_series(1, 1000) AS t(value)")) {
                while (found.next()) {
                    sum += found.getLong(1);
                }
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        System.out.println("sum " + sum);
    }

    private static void faults(Connection connection) throws SQLException {
        for (String sql : new String[] {"SELECT * FROM club.hidden", "DELETE FROM club.reading"}) {
            try (Statement asking = connection.createStatement()) {
                asking.execute(sql);
                System.out.println("no fault");
            } catch (SQLException fault) {
                System.out.println("fault " + fault.getSQLState());
            }
        }
    }
}
