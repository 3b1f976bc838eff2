BEGIN TRANSACTION;
CREATE TABLE answer (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    pair TEXT NOT NULL REFERENCES pair (id),
    preferred INTEGER CHECK (preferred IN (0, 1)),
    time REAL NOT NULL,
    who TEXT NOT NULL
) STRICT;
INSERT INTO "answer" VALUES(1,'375c7c7052c0e9e8-56a545c19caa271b',0,1700000000.25,'Ada');
INSERT INTO "answer" VALUES(2,'375c7c7052c0e9e8-ef5f8ea7be25f0a3',1,1700000001.0,'Ada');
INSERT INTO "answer" VALUES(3,'56a545c19caa271b-ef5f8ea7be25f0a3',NULL,1700000002.0,'Ada');
INSERT INTO "answer" VALUES(4,'56a545c19caa271b-ef5f8ea7be25f0a3',1,1700000003.0,'Bén');
CREATE TABLE pair (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    left TEXT NOT NULL REFERENCES solution,
    right TEXT NOT NULL REFERENCES solution
) STRICT;
INSERT INTO "pair" VALUES(1,'375c7c7052c0e9e8-56a545c19caa271b','375c7c7052c0e9e8','56a545c19caa271b');
INSERT INTO "pair" VALUES(2,'375c7c7052c0e9e8-ef5f8ea7be25f0a3','ef5f8ea7be25f0a3','375c7c7052c0e9e8');
INSERT INTO "pair" VALUES(3,'56a545c19caa271b-ef5f8ea7be25f0a3','56a545c19caa271b','ef5f8ea7be25f0a3');
CREATE TABLE solution (key TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "solution" VALUES('375c7c7052c0e9e8','{"subtask": "task greet(a: Text):\n    \"\"\"Grüße.\"\"\"\n", "program": "compose greet(a):\n    hello(a)\n", "effects": ["hello: hello(a), for each a"], "features": {"steps": 1.0, "cost": 0.5}}');
INSERT INTO "solution" VALUES('56a545c19caa271b','{"subtask": "task greet(a: Text):\n    \"\"\"Grüße.\"\"\"\n", "program": "compose greet(a):\n    pass\n", "effects": [], "features": {"steps": 0.0, "cost": 0.0}}');
INSERT INTO "solution" VALUES('ef5f8ea7be25f0a3','{"subtask": "task greet(a: Text):\n    \"\"\"Grüße.\"\"\"\n", "program": "compose greet(a):\n    hello(a)\n    hello(a)\n", "effects": ["hello: hello(a)", "hello: hello(a)"], "features": {"steps": 2.0, "cost": 1e+300}}');
CREATE TABLE undone (answer INTEGER PRIMARY KEY REFERENCES answer, time REAL NOT NULL) STRICT;
INSERT INTO "undone" VALUES(2,1700000004.0);
CREATE VIEW standing AS SELECT * FROM answer WHERE number NOT IN (SELECT answer FROM undone);
CREATE INDEX answers_of_pair ON answer (pair, who);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('answer',4);
COMMIT;
PRAGMA application_id = 1882350436;
PRAGMA user_version = 1;
