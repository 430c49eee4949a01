/**
 * Rows of its largest table, of half a kilobyte each: of a dump a row is a statement, and the more there are the longer everything
 * takes. Together they are several of the statements that a restore makes of them, and several chunks.
 */
export const ORDERS: number = 4500;

/** A database with one of each: keys between tables, a view, a trigger, routines, an event, bytes, odd texts, a table of MyISAM. */
export const SHOP: string = `
CREATE TABLE ml_models (id int PRIMARY KEY, name varchar(200) NOT NULL, weights blob) ENGINE=InnoDB;
CREATE TABLE ml_runs (id int AUTO_INCREMENT PRIMARY KEY, model int, at datetime(3), FOREIGN KEY (model) REFERENCES ml_models (id));
CREATE TABLE orders (id int PRIMARY KEY, note text);
CREATE TABLE audit (id int AUTO_INCREMENT PRIMARY KEY, what varchar(100));
CREATE TABLE sessions (id int PRIMARY KEY, at int) ENGINE=MyISAM;
INSERT INTO ml_models SELECT seq, CONCAT('model ', seq, ' \\t \\n \\\\ '' ☃ VALUES ('), UNHEX('DEADBEEF') FROM seq_1_to_500;
INSERT INTO ml_runs (model, at) SELECT 1 + seq % 500, '2026-01-02 03:04:05.678' FROM seq_1_to_1000;
INSERT INTO orders SELECT seq, REPEAT(SHA2(seq, 512), 4) FROM seq_1_to_${ORDERS};
INSERT INTO sessions VALUES (1, 2);
DELIMITER //
CREATE FUNCTION label(id int) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT('no. ', id)//
CREATE PROCEDURE tidy()
BEGIN
  -- These lines look like data.
INSERT INTO \`audit\` VALUES (NULL, 'one');
INSERT INTO \`audit\` VALUES (NULL, LAST_INSERT_ID());
END//
CREATE TRIGGER orders_told AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('order ', NEW.id))//
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM audit//
DELIMITER ;
CREATE VIEW big_models AS SELECT m.id, COUNT(r.id) AS runs, label(m.id) AS label FROM ml_models m JOIN ml_runs r ON r.model = m.id GROUP BY m.id;
`;

/** What its tables hold, in few words. */
export const STATE = `
SELECT 'models', COUNT(*), MD5(GROUP_CONCAT(CONCAT(id, name, HEX(weights)) ORDER BY id)) FROM ml_models UNION ALL
SELECT 'runs', COUNT(*), MD5(GROUP_CONCAT(CONCAT(id, model, at) ORDER BY id)) FROM ml_runs UNION ALL
SELECT 'orders', COUNT(*), SUM(CRC32(note)) FROM orders UNION ALL
SELECT 'sessions', COUNT(*), SUM(at) FROM sessions UNION ALL
SELECT 'view', COUNT(*), MD5(GROUP_CONCAT(CONCAT(id, runs, label) ORDER BY id)) FROM big_models`;
