CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE device (
	id INTEGER NOT NULL,
	article_code TEXT NOT NULL,
	category TEXT NOT NULL,
	family TEXT NOT NULL,
	brand TEXT NOT NULL,
	name TEXT NOT NULL,
	disk TEXT NOT NULL,
	ram TEXT NOT NULL,
	cpu TEXT NOT NULL,
	generation TEXT NOT NULL,
	screen TEXT NOT NULL,
	function TEXT NOT NULL,
	colour TEXT NOT NULL,
	paper TEXT NOT NULL,
	age TEXT NOT NULL,
	workshop TEXT NOT NULL,
	price_a INTEGER NOT NULL,
	price_b INTEGER NOT NULL,
	price_c INTEGER NOT NULL,
	price_out_of_order INTEGER NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (article_code)
)
 STRICT;
CREATE VIRTUAL TABLE device_search USING fts5(brand, name, category, family, disk, ram, cpu, generation, screen, function, colour, paper, age, content='device', content_rowid='id', tokenize="unicode61 remove_diacritics 2", detail=column);
INSERT INTO device_search (device_search, rank) VALUES ('hashsize', 8388608);
CREATE VIRTUAL TABLE device_term USING fts5vocab('device_search', 'row');
CREATE TABLE device_word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE reseller (
	id INTEGER NOT NULL,
	siret TEXT NOT NULL,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	phone TEXT NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (siret)
)
 STRICT;
CREATE TABLE address (
	id INTEGER NOT NULL,
	reseller_id INTEGER NOT NULL,
	line TEXT NOT NULL,
	complement TEXT NOT NULL,
	postcode TEXT NOT NULL,
	town TEXT NOT NULL,
	country TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(reseller_id) REFERENCES reseller (id)
)
 STRICT;
CREATE INDEX ix_address_reseller_id ON address (reseller_id);
CREATE TABLE basket_item (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	operator TEXT NOT NULL,
	article_code TEXT NOT NULL,
	category TEXT NOT NULL,
	brand TEXT NOT NULL,
	name TEXT NOT NULL,
	answers TEXT NOT NULL,
	grade TEXT NOT NULL,
	price INTEGER NOT NULL,
	transport TEXT NOT NULL,
	payment TEXT NOT NULL,
	added_at TEXT NOT NULL
)
 STRICT;
CREATE INDEX ix_basket_item_operator ON basket_item (operator);
CREATE TABLE buyback_request (
	id INTEGER NOT NULL,
	reseller_id INTEGER NOT NULL,
	address_id INTEGER NOT NULL,
	operator TEXT NOT NULL,
	validated_at TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(reseller_id) REFERENCES reseller (id),
	FOREIGN KEY(address_id) REFERENCES address (id)
)
 STRICT;
CREATE TABLE buyback (
	number TEXT NOT NULL,
	request_id INTEGER NOT NULL,
	article_code TEXT NOT NULL,
	category TEXT NOT NULL,
	family TEXT NOT NULL,
	brand TEXT NOT NULL,
	name TEXT NOT NULL,
	characteristics TEXT NOT NULL,
	workshop TEXT NOT NULL,
	answers TEXT NOT NULL,
	grade TEXT NOT NULL,
	transport TEXT NOT NULL,
	payment TEXT NOT NULL,
	declared INTEGER NOT NULL,
	controlled INTEGER,
	validated INTEGER,
	paid INTEGER,
	status TEXT NOT NULL CONSTRAINT buyback_status CHECK (status IN ('waiting_shipment', 'in_transit', 'processing', 'completed', 'completed_negotiated', 'not_completed', 'drop_in_store', 'cancelled')),
	device_status TEXT NOT NULL CONSTRAINT buyback_device_status CHECK (device_status IN ('waiting_shipment', 'in_transit', 'refurbished', 'returned', 'cancelled', 'lost_in_store', 'lost_in_transit', 'lost_in_workshop')),
	created_at TEXT NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(request_id) REFERENCES buyback_request (id)
)
 STRICT;
CREATE INDEX ix_buyback_created_at ON buyback (created_at);
CREATE INDEX ix_buyback_request_id ON buyback (request_id);
CREATE INDEX ix_buyback_status ON buyback (status);
CREATE TABLE document (
	id INTEGER NOT NULL,
	reference TEXT NOT NULL,
	kind TEXT NOT NULL,
	issued_at TEXT NOT NULL,
	content TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT document_once UNIQUE (reference, kind)
)
 STRICT;
CREATE TABLE history (
	id INTEGER NOT NULL,
	reference TEXT NOT NULL,
	moment TEXT NOT NULL,
	operator TEXT NOT NULL,
	verb TEXT NOT NULL,
	data TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT;
CREATE INDEX ix_history_reference ON history (reference);
CREATE TRIGGER history_never_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER document_never_update BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'document is append-only'); END;
CREATE TRIGGER history_never_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER document_never_delete BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'document is append-only'); END;
INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;
CREATE TABLE delivery_note (
	number INTEGER NOT NULL,
	delivered_on TEXT NOT NULL,
	customer TEXT NOT NULL,
	PRIMARY KEY (number)
)
 STRICT;
CREATE INDEX ix_delivery_note_delivered_on ON delivery_note (delivered_on);
CREATE TABLE delivery_line (
	note INTEGER NOT NULL,
	line INTEGER NOT NULL,
	delivered_on TEXT NOT NULL,
	reference TEXT NOT NULL,
	reference_key TEXT NOT NULL,
	ean TEXT NOT NULL,
	designation TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	unit_price INTEGER NOT NULL,
	PRIMARY KEY (note, line),
	FOREIGN KEY(note) REFERENCES delivery_note (number)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX delivery_line_ean ON delivery_line (ean, delivered_on);
CREATE INDEX delivery_line_reference ON delivery_line (reference_key, delivered_on);
CREATE TABLE delivery_return (
	id INTEGER NOT NULL,
	note INTEGER NOT NULL,
	line INTEGER NOT NULL,
	reference TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	moment TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(note, line) REFERENCES delivery_line (note, line)
)
 STRICT;
CREATE INDEX delivery_return_line ON delivery_return (note, line);
CREATE TABLE scan (
	id INTEGER NOT NULL,
	moment TEXT NOT NULL,
	operator TEXT NOT NULL,
	source TEXT NOT NULL,
	raw BLOB NOT NULL,
	outcome TEXT NOT NULL CONSTRAINT scan_outcome CHECK (outcome IN ('found', 'not_found', 'ambiguous', 'unreadable', 'command', 'calibration', 'echo')),
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	layout TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT;
CREATE TABLE scanner (
	id INTEGER NOT NULL,
	host TEXT NOT NULL,
	source TEXT NOT NULL,
	layout TEXT NOT NULL,
	aim INTEGER NOT NULL,
	separator TEXT NOT NULL,
	suffix TEXT NOT NULL,
	saved_at TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT scanner_once UNIQUE (host, source)
)
 STRICT;
CREATE TRIGGER scan_never_update BEFORE UPDATE ON scan BEGIN SELECT RAISE(ABORT, 'scan is append-only'); END;
CREATE TRIGGER delivery_return_never_update BEFORE UPDATE ON delivery_return BEGIN SELECT RAISE(ABORT, 'delivery_return is append-only'); END;
CREATE TRIGGER scan_never_delete BEFORE DELETE ON scan BEGIN SELECT RAISE(ABORT, 'scan is append-only'); END;
CREATE TRIGGER delivery_return_never_delete BEFORE DELETE ON delivery_return BEGIN SELECT RAISE(ABORT, 'delivery_return is append-only'); END;
UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';
ALTER TABLE delivery_line ADD COLUMN core_deposit INTEGER DEFAULT 0 NOT NULL;
CREATE TABLE return_item (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	operator TEXT NOT NULL,
	basket TEXT NOT NULL,
	note INTEGER NOT NULL,
	line INTEGER NOT NULL,
	reason TEXT NOT NULL,
	quantity INTEGER NOT NULL CONSTRAINT return_item_some CHECK (quantity > 0),
	added_at TEXT NOT NULL,
	FOREIGN KEY(note, line) REFERENCES delivery_line (note, line),
	CONSTRAINT return_item_once UNIQUE (operator, basket, note, line, reason)
)
 STRICT;
CREATE TABLE return_case (
	number TEXT NOT NULL,
	request TEXT NOT NULL,
	note INTEGER NOT NULL,
	customer TEXT NOT NULL,
	operator TEXT NOT NULL,
	email TEXT NOT NULL,
	status TEXT NOT NULL CONSTRAINT return_case_status CHECK (status IN ('sent', 'received', 'checking', 'closed', 'refused', 'cancelled')),
	sent_at TEXT NOT NULL,
	moved_at TEXT NOT NULL,
	closed_at TEXT,
	estimated INTEGER NOT NULL,
	credited INTEGER,
	credit_note TEXT NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(note) REFERENCES delivery_note (number)
)
 STRICT;
CREATE INDEX ix_return_case_note ON return_case (note);
CREATE INDEX ix_return_case_request ON return_case (request);
CREATE INDEX ix_return_case_sent_at ON return_case (sent_at);
CREATE INDEX ix_return_case_status ON return_case (status);
CREATE TABLE return_line (
	number TEXT NOT NULL,
	position INTEGER NOT NULL,
	note INTEGER NOT NULL,
	line INTEGER NOT NULL,
	reference TEXT NOT NULL,
	designation TEXT NOT NULL,
	reason TEXT NOT NULL,
	label TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	unit_credit INTEGER NOT NULL,
	fee TEXT NOT NULL,
	at_once INTEGER NOT NULL,
	unopened INTEGER NOT NULL,
	estimated INTEGER NOT NULL,
	accepted INTEGER,
	refused INTEGER,
	damaged INTEGER,
	missing INTEGER,
	why TEXT NOT NULL,
	PRIMARY KEY (number, position),
	FOREIGN KEY(note, line) REFERENCES delivery_line (note, line),
	CONSTRAINT return_line_counted CHECK (quantity > 0 AND coalesce(accepted + refused + damaged + missing, quantity) = quantity),
	FOREIGN KEY(number) REFERENCES return_case (number)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE outbox (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	recipient TEXT NOT NULL,
	subject TEXT NOT NULL,
	content TEXT NOT NULL,
	state TEXT NOT NULL CONSTRAINT outbox_state CHECK (state IN ('waiting', 'handed', 'sent', 'refused', 'dropped')),
	attempts INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	next_try TEXT NOT NULL,
	lease TEXT NOT NULL,
	leased_until TEXT,
	error TEXT NOT NULL,
	sent_at TEXT,
	PRIMARY KEY (id),
	UNIQUE ("key")
)
 STRICT;
CREATE INDEX ix_outbox_state ON outbox (state);
CREATE TRIGGER delivery_return_within BEFORE INSERT ON delivery_return WHEN NEW.quantity + (SELECT coalesce(sum(quantity), 0) FROM delivery_return WHERE note = NEW.note AND line = NEW.line) NOT BETWEEN 0 AND (SELECT quantity FROM delivery_line WHERE note = NEW.note AND line = NEW.line) BEGIN SELECT RAISE(ABORT, 'a line takes back what it delivered, no more and no less'); END;
UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002';
