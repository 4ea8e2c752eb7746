"""The columns of what commands on organisms show, declared once for every format."""

from comptoir.core.i18n import _, mark
from comptoir.desk.output import Column
from comptoir.organisms.statuses import BASIS_WORDS, CODE_WORDS, ORGANISM_NAMES, PIECE_WORDS, Matched

ORGANISM = Column("organism", _("Eco-organism"), ORGANISM_NAMES)
CODE = Column("code", _("Organism's code"))
SYNCED_AT = Column("synced_at", _("Fetched on"))
SOURCE = Column("source", _("Fetched from"))
BONUS = Column("bonus", _("Bonus"))
THRESHOLD = Column("threshold", _("Threshold"))
VALID = (Column("valid_from", _("From")), Column("valid_until", _("Until")))
MATCHED_WORDS = {Matched.PRODUCT: mark("Product"), Matched.BRAND: mark("Brand")}
ELIGIBLE = (
    Column("product_label", _("Product")),
    Column("brand", _("Brand")),
    Column("day", _("Date")),
    Column("amount", _("Amount incl. tax")),
    Column("circular", _("Circular parts")),
    ORGANISM,
    Column("certain", _("Certain")),
    BONUS,
    THRESHOLD,
    Column("basis", _("Amount from"), BASIS_WORDS),
    Column("product", _("Product's key")),
    Column("product_code", _("Product code")),
    Column("product_name", _("Name at the organism")),
    Column("brand_code", _("Brand code")),
    SYNCED_AT,
    SOURCE,
)
PIECE = (Column("piece", _("Document"), PIECE_WORDS), Column("required", _("Required")))
CODED = (Column("kind", _("Kind"), CODE_WORDS), CODE, Column("label", _("What it says")))
REASON = (
    Column(
        "about",
        _("About"),
        {
            "organism": mark("Eco-organism"),
            "bonus": mark("Bonus"),
            "data": mark("Source"),
            "product": mark("Product"),
            "brand": mark("Brand"),
            "codes": mark("Codes"),
        },
    ),
    Column("key", _("Key")),
    Column("told", _("Why")),
)
PRODUCT = (
    ORGANISM,
    CODE,
    Column("name", _("Product")),
    BONUS,
    THRESHOLD,
    Column("sheet", _("Fiche")),
    *VALID,
    Column("ours", _("Here")),
)
BRANDS = (ORGANISM, CODE, Column("name", _("Brand")), Column("products", _("Products")))
CODES = (ORGANISM, Column("product", _("Product code")), Column("product_name", _("Product")), *CODED)
ACCOUNT = (
    ORGANISM,
    SYNCED_AT,
    SOURCE,
    Column("products", _("Products")),
    Column("brands", _("Brands")),
    Column("codes", _("Codes")),
    Column("amounts", _("Amounts")),
    Column("sites", _("Sites")),
    Column("sheets", _("Fiches")),
    Column("matches", _("Matches")),
)
SITE = (
    CODE,
    Column("name", _("Name")),
    Column("postcode", _("Postcode")),
    Column("town", _("Town")),
    Column("repairer", _("Repairer")),
)
SHEET = (CODE, Column("number", _("No.")), Column("name", _("Name")), *VALID, Column("repairer", _("Repairer")))
MATCH = (
    ORGANISM,
    Column("kind", _("Kind"), MATCHED_WORDS),
    Column("ours", _("Here")),
    CODE,
    Column("operator", _("By")),
    Column("moment", _("Date")),
)
