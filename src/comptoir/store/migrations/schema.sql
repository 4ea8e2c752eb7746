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
CREATE TABLE technician (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	active INTEGER NOT NULL CONSTRAINT technician_active CHECK (active IN (0, 1)),
	created_at TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE ("key"),
	CONSTRAINT technician_active CHECK (active IN (0, 1))
)
 STRICT;
CREATE TABLE technician_fiche (
	id INTEGER NOT NULL,
	technician_id INTEGER NOT NULL,
	fiche INTEGER NOT NULL,
	since TEXT NOT NULL,
	until TEXT NOT NULL,
	withdrawn_on TEXT NOT NULL,
	certificate TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT technician_fiche_known CHECK (fiche BETWEEN 1 AND 10),
	CONSTRAINT technician_fiche_lasts CHECK (until = '' OR until >= since),
	FOREIGN KEY(technician_id) REFERENCES technician (id)
)
 STRICT;
CREATE INDEX ix_technician_fiche_technician_id ON technician_fiche (technician_id);
CREATE TABLE training (
	id INTEGER NOT NULL,
	technician_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	provider TEXT NOT NULL,
	fiches TEXT NOT NULL,
	planned_on TEXT NOT NULL,
	done_on TEXT,
	note TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(technician_id) REFERENCES technician (id)
)
 STRICT;
CREATE INDEX ix_training_technician_id ON training (technician_id);
CREATE TABLE legal_watch (
	id INTEGER NOT NULL,
	title TEXT NOT NULL,
	source TEXT NOT NULL,
	planned_on TEXT NOT NULL,
	done_on TEXT,
	by_whom TEXT NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT;
UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003';
CREATE TABLE part_purchase (
	id INTEGER NOT NULL,
	reference TEXT NOT NULL,
	reference_key TEXT NOT NULL,
	designation TEXT NOT NULL,
	origin TEXT NOT NULL CONSTRAINT part_purchase_origin CHECK (origin IN ('new', 'used', 'circular')),
	supplier TEXT NOT NULL,
	invoice TEXT NOT NULL,
	bought_on TEXT NOT NULL,
	quantity INTEGER NOT NULL CONSTRAINT part_purchase_some CHECK (quantity > 0),
	unit_cost INTEGER NOT NULL,
	donor TEXT NOT NULL,
	note TEXT NOT NULL,
	operator TEXT NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT;
CREATE INDEX ix_part_purchase_bought_on ON part_purchase (bought_on);
CREATE INDEX part_purchase_reference ON part_purchase (reference_key, bought_on);
CREATE TABLE part_use (
	id INTEGER NOT NULL,
	purchase_id INTEGER NOT NULL,
	case_number TEXT NOT NULL,
	quantity INTEGER NOT NULL CONSTRAINT part_use_some CHECK (quantity <> 0),
	moment TEXT NOT NULL,
	operator TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(purchase_id) REFERENCES part_purchase (id)
)
 STRICT;
CREATE INDEX ix_part_use_case_number ON part_use (case_number);
CREATE INDEX ix_part_use_purchase_id ON part_use (purchase_id);
CREATE TRIGGER part_use_within BEFORE INSERT ON part_use WHEN NEW.quantity + (SELECT coalesce(sum(quantity), 0) FROM part_use WHERE purchase_id = NEW.purchase_id) > (SELECT coalesce(max(quantity), 0) FROM part_purchase WHERE id = NEW.purchase_id) OR NEW.quantity + (SELECT coalesce(sum(quantity), 0) FROM part_use WHERE purchase_id = NEW.purchase_id AND case_number = NEW.case_number) < 0 BEGIN SELECT RAISE(ABORT, 'a repair uses what was bought, and puts back what it took'); END;
CREATE TRIGGER part_purchase_covers BEFORE UPDATE ON part_purchase WHEN NEW.id <> OLD.id OR NEW.quantity < (SELECT coalesce(sum(quantity), 0) FROM part_use WHERE purchase_id = OLD.id) BEGIN SELECT RAISE(ABORT, 'a purchase covers what was used of it'); END;
CREATE TRIGGER part_use_never_update BEFORE UPDATE ON part_use BEGIN SELECT RAISE(ABORT, 'part_use keeps what it was told'); END;
CREATE TRIGGER part_use_never_delete BEFORE DELETE ON part_use BEGIN SELECT RAISE(ABORT, 'part_use keeps what it was told'); END;
CREATE TRIGGER part_purchase_never_delete BEFORE DELETE ON part_purchase BEGIN SELECT RAISE(ABORT, 'part_purchase keeps what it was told'); END;
UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';
CREATE TABLE attachment (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	case_number TEXT NOT NULL,
	kind TEXT NOT NULL CONSTRAINT attachment_kind CHECK (kind IN ('nameplate', 'invoice', 'signed-quote', 'signed-slip', 'declaration', 'picture', 'other')),
	name TEXT NOT NULL,
	media_type TEXT NOT NULL,
	size INTEGER NOT NULL,
	digest TEXT NOT NULL,
	source TEXT NOT NULL CONSTRAINT attachment_source CHECK (source IN ('case', 'product', 'family', 'model')),
	serial TEXT NOT NULL,
	added_at TEXT NOT NULL,
	operator TEXT NOT NULL,
	removed_at TEXT
)
 STRICT;
CREATE INDEX ix_attachment_case_number ON attachment (case_number);
CREATE UNIQUE INDEX attachment_once ON attachment (case_number, kind, digest) WHERE removed_at IS NULL;
CREATE TABLE library_document (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	scope TEXT NOT NULL CONSTRAINT library_document_scope CHECK (scope IN ('product', 'family', 'model')),
	target TEXT NOT NULL,
	kind TEXT NOT NULL CONSTRAINT library_document_kind CHECK (kind IN ('nameplate', 'invoice', 'signed-quote', 'signed-slip', 'declaration', 'picture', 'other')),
	title TEXT NOT NULL,
	name TEXT NOT NULL,
	media_type TEXT NOT NULL,
	size INTEGER NOT NULL,
	digest TEXT NOT NULL,
	added_at TEXT NOT NULL,
	operator TEXT NOT NULL,
	CONSTRAINT library_document_once UNIQUE (scope, target, digest)
)
 STRICT;
UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';
ALTER TABLE outbox ADD COLUMN channel TEXT DEFAULT 'email' NOT NULL CONSTRAINT outbox_channel CHECK (channel IN ('email', 'sms'));
UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';
CREATE TABLE consumer (
	id INTEGER NOT NULL,
	title TEXT NOT NULL,
	last_name TEXT NOT NULL,
	first_name TEXT NOT NULL,
	email TEXT NOT NULL,
	phone TEXT NOT NULL,
	line TEXT NOT NULL,
	complement TEXT NOT NULL,
	postcode TEXT NOT NULL,
	town TEXT NOT NULL,
	country TEXT NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT;
CREATE INDEX ix_consumer_email ON consumer (email);
CREATE TABLE repair_case (
	number TEXT NOT NULL,
	consumer_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	place TEXT NOT NULL,
	product TEXT NOT NULL,
	product_label TEXT NOT NULL,
	fiche INTEGER NOT NULL,
	brand TEXT NOT NULL,
	model TEXT NOT NULL,
	serial TEXT NOT NULL,
	serial_key TEXT NOT NULL,
	bought_on TEXT NOT NULL,
	warranty TEXT NOT NULL,
	bonus INTEGER NOT NULL,
	service TEXT NOT NULL,
	fault TEXT NOT NULL,
	condition TEXT NOT NULL,
	deposit INTEGER NOT NULL,
	deposit_means TEXT NOT NULL,
	deposit_receipt TEXT NOT NULL,
	consents TEXT NOT NULL,
	distance INTEGER,
	far_why TEXT NOT NULL,
	technician_id INTEGER,
	comeback_of TEXT,
	organism TEXT NOT NULL,
	symptom TEXT NOT NULL,
	repair_code TEXT NOT NULL,
	appointment TEXT,
	operator TEXT NOT NULL,
	opened_at TEXT NOT NULL,
	moved_at TEXT NOT NULL,
	repaired_at TEXT,
	closed_at TEXT,
	PRIMARY KEY (number),
	CONSTRAINT repair_case_status CHECK (status IN ('received', 'quoted', 'agreed', 'refused', 'repairing', 'repaired', 'invoiced', 'handed_over', 'cancelled')),
	CONSTRAINT repair_case_place CHECK (place IN ('workshop', 'on-site', 'drop-off')),
	CONSTRAINT repair_case_warranty CHECK (warranty IN ('none', 'legal', 'manufacturer', 'insurance')),
	FOREIGN KEY(consumer_id) REFERENCES consumer (id),
	FOREIGN KEY(technician_id) REFERENCES technician (id),
	FOREIGN KEY(comeback_of) REFERENCES repair_case (number)
)
 STRICT;
CREATE INDEX ix_repair_case_consumer_id ON repair_case (consumer_id);
CREATE INDEX ix_repair_case_opened_at ON repair_case (opened_at);
CREATE INDEX ix_repair_case_serial_key ON repair_case (serial_key);
CREATE INDEX ix_repair_case_status ON repair_case (status);
CREATE TABLE repair_check (
	number TEXT NOT NULL,
	moment TEXT NOT NULL,
	point TEXT NOT NULL,
	label TEXT NOT NULL,
	required INTEGER NOT NULL,
	safety INTEGER NOT NULL,
	result TEXT NOT NULL,
	note TEXT NOT NULL,
	checked_at TEXT NOT NULL,
	operator TEXT NOT NULL,
	PRIMARY KEY (number, moment, point),
	FOREIGN KEY(number) REFERENCES repair_case (number)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE repair_line (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	number TEXT NOT NULL,
	kind TEXT NOT NULL,
	designation TEXT NOT NULL,
	reference TEXT NOT NULL,
	origin TEXT NOT NULL,
	quantity INTEGER NOT NULL,
	price INTEGER NOT NULL,
	vat INTEGER NOT NULL,
	CONSTRAINT repair_line_kind CHECK (kind IN ('labour', 'part', 'travel', 'other')),
	CONSTRAINT repair_line_some CHECK (quantity > 0),
	FOREIGN KEY(number) REFERENCES repair_case (number)
)
 STRICT;
CREATE INDEX ix_repair_line_number ON repair_line (number);
CREATE TABLE repair_bill (
	number TEXT NOT NULL,
	kind TEXT NOT NULL,
	case_number TEXT NOT NULL,
	issued_at TEXT NOT NULL,
	operator TEXT NOT NULL,
	lines TEXT NOT NULL,
	total INTEGER NOT NULL,
	vat INTEGER NOT NULL,
	bonus INTEGER NOT NULL,
	circular INTEGER NOT NULL,
	deposit INTEGER NOT NULL,
	due INTEGER NOT NULL,
	answer TEXT NOT NULL,
	answered_at TEXT,
	paid_at TEXT,
	means TEXT NOT NULL,
	receipt TEXT NOT NULL,
	cancels TEXT,
	why TEXT NOT NULL,
	PRIMARY KEY (number),
	CONSTRAINT repair_bill_kind CHECK (kind IN ('quote', 'invoice', 'credit_note')),
	CONSTRAINT repair_bill_answer CHECK (answer = '' OR answer IN ('waiting', 'accepted', 'refused', 'replaced')),
	CONSTRAINT repair_bill_means CHECK (means = '' OR means IN ('card', 'cash', 'cheque', 'transfer')),
	CONSTRAINT repair_bill_due CHECK (total - bonus - deposit = due),
	CONSTRAINT repair_bill_cancels UNIQUE (cancels),
	FOREIGN KEY(case_number) REFERENCES repair_case (number),
	FOREIGN KEY(cancels) REFERENCES repair_bill (number)
)
 STRICT;
CREATE INDEX ix_repair_bill_case_number ON repair_bill (case_number);
CREATE INDEX ix_repair_bill_issued_at ON repair_bill (issued_at);
UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0007';
CREATE TABLE survey (
	case_number TEXT NOT NULL,
	code TEXT NOT NULL,
	channel TEXT NOT NULL,
	recipient TEXT NOT NULL,
	asked_at TEXT NOT NULL,
	score INTEGER,
	comment TEXT NOT NULL,
	answered_at TEXT,
	answered_by TEXT NOT NULL,
	action TEXT NOT NULL,
	acted_at TEXT,
	PRIMARY KEY (case_number),
	UNIQUE (code),
	CONSTRAINT survey_channel CHECK (channel IN ('email', 'sms')),
	CONSTRAINT survey_score CHECK (score BETWEEN 0 AND 10),
	CONSTRAINT survey_answered_by CHECK (answered_by = '' OR answered_by IN ('email', 'sms', 'counter')),
	CONSTRAINT survey_answered CHECK ((score IS NULL) = (answered_at IS NULL) AND (score IS NULL) = (answered_by = '')),
	CONSTRAINT survey_acted CHECK ((action = '') = (acted_at IS NULL)),
	FOREIGN KEY(case_number) REFERENCES repair_case (number)
)
 STRICT;
CREATE INDEX ix_survey_asked_at ON survey (asked_at);
UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0008';
CREATE TABLE organism_product (
	organism TEXT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	plain TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_until TEXT NOT NULL,
	sheet TEXT NOT NULL,
	PRIMARY KEY (organism, code),
	CONSTRAINT organism_product_of CHECK (organism IN ('ecologic', 'ecosystem'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE organism_brand (
	organism TEXT NOT NULL,
	product TEXT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	plain TEXT NOT NULL,
	covered INTEGER NOT NULL,
	PRIMARY KEY (organism, product, code),
	CONSTRAINT organism_brand_of CHECK (organism IN ('ecologic', 'ecosystem'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE organism_code (
	organism TEXT NOT NULL,
	product TEXT NOT NULL,
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	PRIMARY KEY (organism, product, kind, code),
	CONSTRAINT organism_code_of CHECK (organism IN ('ecologic', 'ecosystem')),
	CONSTRAINT organism_code_kind CHECK (kind IN ('symptom', 'repair'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE organism_amount (
	organism TEXT NOT NULL,
	product TEXT NOT NULL,
	kind TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_until TEXT NOT NULL,
	amount INTEGER NOT NULL,
	PRIMARY KEY (organism, product, kind, valid_from),
	CONSTRAINT organism_amount_of CHECK (organism IN ('ecologic', 'ecosystem')),
	CONSTRAINT organism_amount_kind CHECK (kind IN ('bonus', 'threshold'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE organism_site (
	organism TEXT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	postcode TEXT NOT NULL,
	town TEXT NOT NULL,
	repairer TEXT NOT NULL,
	PRIMARY KEY (organism, code),
	CONSTRAINT organism_site_of CHECK (organism IN ('ecologic', 'ecosystem'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE organism_sheet (
	organism TEXT NOT NULL,
	repairer TEXT NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	name TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_until TEXT NOT NULL,
	PRIMARY KEY (organism, repairer, code),
	CONSTRAINT organism_sheet_of CHECK (organism IN ('ecologic', 'ecosystem'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE organism_sync (
	organism TEXT NOT NULL,
	synced_at TEXT NOT NULL,
	source TEXT NOT NULL,
	PRIMARY KEY (organism),
	CONSTRAINT organism_sync_of CHECK (organism IN ('ecologic', 'ecosystem'))
)
 STRICT;
CREATE TABLE organism_match (
	organism TEXT NOT NULL,
	kind TEXT NOT NULL,
	ours TEXT NOT NULL,
	code TEXT NOT NULL,
	operator TEXT NOT NULL,
	moment TEXT NOT NULL,
	PRIMARY KEY (organism, kind, ours),
	CONSTRAINT organism_match_of CHECK (organism IN ('ecologic', 'ecosystem')),
	CONSTRAINT organism_match_kind CHECK (kind IN ('product', 'brand'))
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE claim (
	id INTEGER NOT NULL,
	case_number TEXT NOT NULL,
	organism TEXT NOT NULL,
	invoice TEXT NOT NULL,
	reference TEXT NOT NULL,
	status TEXT NOT NULL,
	remote TEXT NOT NULL,
	service_order TEXT NOT NULL,
	said TEXT NOT NULL,
	reason TEXT NOT NULL,
	bonus INTEGER NOT NULL,
	total INTEGER NOT NULL,
	form TEXT NOT NULL,
	pending TEXT NOT NULL,
	pending_at TEXT,
	attempts INTEGER NOT NULL,
	next_try TEXT,
	stale INTEGER NOT NULL,
	error TEXT NOT NULL,
	lease TEXT NOT NULL,
	leased_until TEXT,
	operator TEXT NOT NULL,
	created_at TEXT NOT NULL,
	confirmed_at TEXT,
	asked_at TEXT,
	decided_at TEXT,
	paid INTEGER NOT NULL,
	paid_at TEXT,
	PRIMARY KEY (id),
	CONSTRAINT claim_organism CHECK (organism IN ('ecologic', 'ecosystem')),
	CONSTRAINT claim_status CHECK (status IN ('to_create', 'created', 'to_complete', 'confirmed', 'approved', 'reimbursed', 'paid', 'refused', 'cancelled')),
	CONSTRAINT claim_pending CHECK (pending IN ('', 'create', 'attach', 'submit', 'discard')),
	CONSTRAINT claim_pending_since CHECK ((pending = '') = (pending_at IS NULL)),
	CONSTRAINT claim_reference UNIQUE (reference),
	FOREIGN KEY(case_number) REFERENCES repair_case (number),
	FOREIGN KEY(invoice) REFERENCES repair_bill (number)
)
 STRICT;
CREATE INDEX ix_claim_case_number ON claim (case_number);
CREATE INDEX ix_claim_created_at ON claim (created_at);
CREATE INDEX ix_claim_invoice ON claim (invoice);
CREATE INDEX ix_claim_remote ON claim (remote);
CREATE INDEX ix_claim_service_order ON claim (service_order);
CREATE INDEX ix_claim_status ON claim (status);
CREATE UNIQUE INDEX claim_alive ON claim (case_number) WHERE status NOT IN ('cancelled', 'refused');
CREATE TABLE claim_file (
	claim_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	piece TEXT NOT NULL,
	name TEXT NOT NULL,
	media_type TEXT NOT NULL,
	digest TEXT NOT NULL,
	size INTEGER NOT NULL,
	sent_at TEXT,
	PRIMARY KEY (claim_id, position),
	CONSTRAINT claim_file_piece CHECK (piece IN ('invoice', 'consent', 'nameplate', 'picture')),
	FOREIGN KEY(claim_id) REFERENCES claim (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE claim_exchange (
	id INTEGER NOT NULL,
	claim_id INTEGER,
	organism TEXT NOT NULL,
	moment TEXT NOT NULL,
	step TEXT NOT NULL,
	request TEXT NOT NULL,
	status INTEGER NOT NULL,
	answer TEXT NOT NULL,
	millis INTEGER NOT NULL,
	error TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT claim_exchange_organism CHECK (organism IN ('ecologic', 'ecosystem')),
	FOREIGN KEY(claim_id) REFERENCES claim (id)
)
 STRICT;
CREATE INDEX ix_claim_exchange_claim_id ON claim_exchange (claim_id);
CREATE TABLE payment (
	id INTEGER NOT NULL,
	organism TEXT NOT NULL,
	day TEXT NOT NULL,
	amount INTEGER NOT NULL,
	label TEXT NOT NULL,
	line_key TEXT NOT NULL,
	source TEXT NOT NULL,
	operator TEXT NOT NULL,
	imported_at TEXT NOT NULL,
	reverses INTEGER,
	by_hand INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT payment_organism CHECK (organism IN ('ecologic', 'ecosystem')),
	CONSTRAINT payment_line UNIQUE (line_key),
	CONSTRAINT payment_reversed_once UNIQUE (reverses),
	FOREIGN KEY(reverses) REFERENCES payment (id)
)
 STRICT;
CREATE INDEX ix_payment_day ON payment (day);
CREATE TABLE payment_share (
	payment_id INTEGER NOT NULL,
	claim_id INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	matched_by TEXT NOT NULL,
	operator TEXT NOT NULL,
	matched_at TEXT NOT NULL,
	PRIMARY KEY (payment_id, claim_id),
	CONSTRAINT payment_share_by CHECK (matched_by IN ('reference', 'amount', 'hand')),
	FOREIGN KEY(payment_id) REFERENCES payment (id),
	FOREIGN KEY(claim_id) REFERENCES claim (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX ix_payment_share_claim_id ON payment_share (claim_id);
UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0009';
